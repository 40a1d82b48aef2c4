// Generated from the types of the app server protocol. Do not edit.

/** More text of an agent message. */
export type AgentMessageDeltaNotification = {
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** The item. */
  itemId: string,
  /** What to append. */
  delta: string,
};
