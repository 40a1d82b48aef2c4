// Generated from the types of the app server protocol. Do not edit.

export type AgentMessageDeltaNotification = {
  threadId: string,
  turnId: string,
  itemId: string,
  delta: string,
};
