// Generated from the types of the app server protocol. Do not edit.

/** More output of a command. */
export type CommandExecutionOutputDeltaNotification = {
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** The item. */
  itemId: string,
  /** What to append, as text. */
  delta: string,
};
