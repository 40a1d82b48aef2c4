// Generated from the types of the app server protocol. Do not edit.

/** A page of ids. */
export type ThreadLoadedListResponse = {
  /** Ids of threads in memory, also of those that are not stored. */
  data: Array<string>,
  /** Where the next page begins, or `null` after the last. */
  nextCursor: string | null,
};
