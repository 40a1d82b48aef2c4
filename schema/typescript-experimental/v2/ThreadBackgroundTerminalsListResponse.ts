// Generated from the types of the app server protocol. Do not edit.
import type { ThreadBackgroundTerminal } from "./ThreadBackgroundTerminal";

/** A page of processes. */
export type ThreadBackgroundTerminalsListResponse = {
  /** The processes. */
  data: Array<ThreadBackgroundTerminal>,
  /** Where the next page begins, or `null` after the last. */
  nextCursor: string | null,
};
