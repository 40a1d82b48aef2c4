// Generated from the types of the app server protocol. Do not edit.

export type TurnDiffUpdatedNotification = {
  threadId: string,
  turnId: string,
  diff: string,
};
