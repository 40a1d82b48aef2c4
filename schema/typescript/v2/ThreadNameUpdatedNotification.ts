// Generated from the types of the app server protocol. Do not edit.

/** A thread has another name. */
export type ThreadNameUpdatedNotification = {
  /** The thread. */
  threadId: string,
  /** The name; absent when it has none any more. */
  threadName?: string | null,
};
