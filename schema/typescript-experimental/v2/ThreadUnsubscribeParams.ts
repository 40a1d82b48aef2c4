// Generated from the types of the app server protocol. Do not edit.

/** Which thread not to hear of any more. */
export type ThreadUnsubscribeParams = {
  /** The thread. */
  threadId: string,
};
