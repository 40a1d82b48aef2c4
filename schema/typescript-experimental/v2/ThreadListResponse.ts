// Generated from the types of the app server protocol. Do not edit.
import type { Thread } from "./Thread";
import type { ThreadReadState } from "./ThreadReadState";

/** A page of threads. */
export type ThreadListResponse = {
  /** The threads, without turns. */
  data: Array<Thread>,
  /** How far the user has read each of them, by id. */
  readStates: { [key in string]?: ThreadReadState } | null,
  /** Where the next page begins, or `null` after the last. */
  nextCursor: string | null,
  /** Where to read on in the other direction, beginning with the first entry of this page again. */
  backwardsCursor: string | null,
};
