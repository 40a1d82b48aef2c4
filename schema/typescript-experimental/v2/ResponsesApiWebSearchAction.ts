// Generated from the types of the app server protocol. Do not edit.

/** What a model server does on the web. */
export type ResponsesApiWebSearchAction =
  /** Searches. */
  | {
    type: "search",
    /** What for, if it is several things. */
    queries: Array<string> | null,
    /** What for. */
    query: string | null,
  }
  /** Opens a page. */
  | {
    type: "open_page",
    /** Address of the page. */
    url: string | null,
  }
  /** Searches in a page. */
  | {
    type: "find_in_page",
    /** What for. */
    pattern: string | null,
    /** Address of the page. */
    url: string | null,
  }
  /** Something else. */
  | { type: "other" };
