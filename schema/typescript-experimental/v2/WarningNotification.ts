// Generated from the types of the app server protocol. Do not edit.

/** Something for the user to know. */
export type WarningNotification = {
  /** The thread it is about; `null` for the server as a whole. */
  threadId: string | null,
  /** The text. */
  message: string,
};
