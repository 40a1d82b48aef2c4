// Generated from the types of the app server protocol. Do not edit.

export type PlanDeltaNotification = {
  threadId: string,
  turnId: string,
  itemId: string,
  delta: string,
};
