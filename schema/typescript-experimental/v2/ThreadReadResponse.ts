// Generated from the types of the app server protocol. Do not edit.
import type { Thread } from "./Thread";
import type { ThreadReadState } from "./ThreadReadState";

/** The thread. */
export type ThreadReadResponse = {
  /** The thread, as stored or as in memory. */
  thread: Thread,
  /** How far the user has read it. */
  readState: ThreadReadState | null,
};
