// Generated from the types of the app server protocol. Do not edit.

/** What the model does on the web. */
export type WebSearchAction =
  /** Searches. */
  | {
    type: "search",
    /** What for. */
    query: string | null,
    /** What for, if it is several things. */
    queries: Array<string> | null,
  }
  /** Opens a page. */
  | {
    type: "openPage",
    /** Address of the page. */
    url: string | null,
  }
  /** Searches in a page. */
  | {
    type: "findInPage",
    /** What for. */
    pattern: string | null,
    /** Address of the page. */
    url: string | null,
  }
  /** Something else. */
  | { type: "other" };
