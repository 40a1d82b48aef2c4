// Generated from the types of the app server protocol. Do not edit.

/** What to tell a user who can use a model for the first time. */
export type ModelAvailabilityNux = {
  /** The text. */
  message: string,
};
