// Generated from the types of the app server protocol. Do not edit.

export type TerminalInteractionNotification = {
  threadId: string,
  turnId: string,
  itemId: string,
  processId: string,
  stdin: string,
};
