// Generated from the types of the app server protocol. Do not edit.
import type { Thread } from "./Thread";
import type { ThreadReadState } from "./ThreadReadState";

export type ThreadListResponse = {
  data: Array<Thread>,
  readStates: { [key in string]?: ThreadReadState } | null,
  nextCursor: string | null,
  backwardsCursor: string | null,
};
