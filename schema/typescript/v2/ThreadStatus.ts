// Generated from the types of the app server protocol. Do not edit.
import type { ThreadActiveFlag } from "./ThreadActiveFlag";

/** What a thread is doing. */
export type ThreadStatus =
  /** Nothing: it is not in memory. */
  | { type: "notLoaded" }
  /** Waiting for input. */
  | { type: "idle" }
  /** Waiting for input, after a turn that failed. */
  | { type: "systemError" }
  /** A turn runs. */
  | {
    type: "active",
    /** What the turn waits for; empty while it works. */
    activeFlags: Array<ThreadActiveFlag>,
  };
