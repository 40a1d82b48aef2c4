// Generated from the types of the app server protocol. Do not edit.

export type ReasoningTextDeltaNotification = {
  threadId: string,
  turnId: string,
  itemId: string,
  delta: string,
  contentIndex: number,
};
