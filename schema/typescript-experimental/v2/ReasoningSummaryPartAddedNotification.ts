// Generated from the types of the app server protocol. Do not edit.

/** A new part of the reasoning summary begins. */
export type ReasoningSummaryPartAddedNotification = {
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** The item. */
  itemId: string,
  /** Which part, counted from 0. */
  summaryIndex: number,
};
