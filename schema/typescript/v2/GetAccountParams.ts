// Generated from the types of the app server protocol. Do not edit.

/** Asks who is logged in. */
export type GetAccountParams = {
  /** Renew the login first. */
  refreshToken?: boolean,
};
