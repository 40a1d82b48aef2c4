// Generated from the types of the app server protocol. Do not edit.

/** More text of a part of the reasoning summary. */
export type ReasoningSummaryTextDeltaNotification = {
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** The item. */
  itemId: string,
  /** What to append. */
  delta: string,
  /** To which part, counted from 0. */
  summaryIndex: number,
};
