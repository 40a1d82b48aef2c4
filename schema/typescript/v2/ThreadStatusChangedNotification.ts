// Generated from the types of the app server protocol. Do not edit.
import type { ThreadStatus } from "./ThreadStatus";

/** What a thread is doing has changed. */
export type ThreadStatusChangedNotification = {
  /** The thread. */
  threadId: string,
  /** What it is doing now. */
  status: ThreadStatus,
};
