// Generated from the types of the app server protocol. Do not edit.
import type { Thread } from "./Thread";

/** There is a new thread. */
export type ThreadStartedNotification = {
  /** The thread, without turns. */
  thread: Thread,
};
