// Generated from the types of the app server protocol. Do not edit.
import type { ThreadTokenUsage } from "./ThreadTokenUsage";

export type ThreadTokenUsageUpdatedNotification = {
  threadId: string,
  turnId: string,
  tokenUsage: ThreadTokenUsage,
};
