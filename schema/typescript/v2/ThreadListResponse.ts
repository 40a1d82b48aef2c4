// Generated from the types of the app server protocol. Do not edit.
import type { Thread } from "./Thread";

/** A page of threads. */
export type ThreadListResponse = {
  /** The threads, without turns. */
  data: Array<Thread>,
  /** Where to read on in the other direction, beginning with the first entry of this page again. */
  backwardsCursor: string | null,
  /** Where the next page begins, or `null` after the last. */
  nextCursor: string | null,
};
