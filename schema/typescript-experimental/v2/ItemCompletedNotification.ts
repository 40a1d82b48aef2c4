// Generated from the types of the app server protocol. Do not edit.
import type { ThreadItem } from "./ThreadItem";

export type ItemCompletedNotification = {
  item: ThreadItem,
  threadId: string,
  turnId: string,
  contentTokenCount: number | null,
  completedAtMs: number,
};
