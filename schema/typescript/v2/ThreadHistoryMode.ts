// Generated from the types of the app server protocol. Do not edit.

/** How the history of a thread can be read. */
export type ThreadHistoryMode =
  /** As a whole. */
  | "legacy"
  /** In pages, too. */
  | "paginated";
