// Generated from the types of the app server protocol. Do not edit.

/** The model has written to a running command. */
export type TerminalInteractionNotification = {
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** The item. */
  itemId: string,
  /** The process. */
  processId: string,
  /** What it wrote. */
  stdin: string,
};
