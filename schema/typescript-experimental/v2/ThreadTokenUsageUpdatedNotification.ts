// Generated from the types of the app server protocol. Do not edit.
import type { ThreadTokenUsage } from "./ThreadTokenUsage";

/** Sent after every response of the model, and once when a thread is resumed. */
export type ThreadTokenUsageUpdatedNotification = {
  /** The thread. */
  threadId: string,
  /** The turn that used tokens last. */
  turnId: string,
  /** What was used. */
  tokenUsage: ThreadTokenUsage,
};
