// Generated from the types of the app server protocol. Do not edit.

/** Asks for the processes that a thread left running. */
export type ThreadBackgroundTerminalsListParams = {
  /** The thread. */
  threadId: string,
  /** Where to go on: `nextCursor` of the page before. Absent for the first page. */
  cursor?: string | null,
  /** How many entries at most; 0 counts as 1. The server may give fewer. */
  limit?: number | null,
};
