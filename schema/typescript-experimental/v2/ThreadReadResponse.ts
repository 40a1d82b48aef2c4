// Generated from the types of the app server protocol. Do not edit.
import type { Thread } from "./Thread";
import type { ThreadReadState } from "./ThreadReadState";

export type ThreadReadResponse = {
  thread: Thread,
  readState: ThreadReadState | null,
};
