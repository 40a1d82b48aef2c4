// Generated from the types of the app server protocol. Do not edit.
import type { Thread } from "./Thread";

/** The thread. */
export type ThreadReadResponse = {
  /** The thread, as stored or as in memory. */
  thread: Thread,
};
