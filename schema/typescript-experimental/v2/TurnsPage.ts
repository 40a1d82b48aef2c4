// Generated from the types of the app server protocol. Do not edit.
import type { Turn } from "./Turn";

/** A page of turns. */
export type TurnsPage = {
  /** The turns. */
  data: Array<Turn>,
  /** Where the next page begins, or `null` after the last. */
  nextCursor: string | null,
  /** Where to read on in the other direction, beginning with the first entry of this page again. */
  backwardsCursor: string | null,
};
