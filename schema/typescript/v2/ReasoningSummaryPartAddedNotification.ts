// Generated from the types of the app server protocol. Do not edit.

export type ReasoningSummaryPartAddedNotification = {
  threadId: string,
  turnId: string,
  itemId: string,
  summaryIndex: number,
};
