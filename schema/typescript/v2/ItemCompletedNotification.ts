// Generated from the types of the app server protocol. Do not edit.
import type { ThreadItem } from "./ThreadItem";

/** An item is complete. */
export type ItemCompletedNotification = {
  /** The whole item. What it says is final. */
  item: ThreadItem,
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** Tokens of its content, if they were counted. */
  contentTokenCount: number | null,
  /** When, in Unix milliseconds. */
  completedAtMs: number,
};
