// Generated from the types of the app server protocol. Do not edit.

/** What to tell a model that was stopped. */
export type MisalignmentSteer = {
  /** The text. */
  message: string,
};
