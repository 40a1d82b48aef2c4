// Generated from the types of the app server protocol. Do not edit.
import type { ThreadActiveFlag } from "./ThreadActiveFlag";

export type ThreadStatus =
  | { type: "notLoaded" }
  | { type: "idle" }
  | { type: "systemError" }
  | {
    type: "active",
    activeFlags: Array<ThreadActiveFlag>,
  };
