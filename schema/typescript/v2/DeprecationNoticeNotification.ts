// Generated from the types of the app server protocol. Do not edit.

/** The client uses something that will go away. */
export type DeprecationNoticeNotification = {
  /** What, in a sentence. */
  summary: string,
  /** What to use instead. */
  details: string | null,
};
