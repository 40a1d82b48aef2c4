// Generated from the types of the app server protocol. Do not edit.

/** A thread has left memory. */
export type ThreadClosedNotification = {
  /** The thread. */
  threadId: string,
};
