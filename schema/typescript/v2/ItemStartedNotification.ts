// Generated from the types of the app server protocol. Do not edit.
import type { ThreadItem } from "./ThreadItem";

/** An item has begun. */
export type ItemStartedNotification = {
  /** The item as it begins. */
  item: ThreadItem,
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** When, in Unix milliseconds. */
  startedAtMs: number,
};
