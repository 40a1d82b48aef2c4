// Generated from the types of the app server protocol. Do not edit.
import type { ThreadItem } from "./ThreadItem";

export type ItemStartedNotification = {
  item: ThreadItem,
  threadId: string,
  turnId: string,
  startedAtMs: number,
};
