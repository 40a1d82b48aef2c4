// Generated from the types of the app server protocol. Do not edit.

export type WebSearchAction =
  | {
    type: "search",
    query: string | null,
    queries: Array<string> | null,
  }
  | {
    type: "openPage",
    url: string | null,
  }
  | {
    type: "findInPage",
    pattern: string | null,
    url: string | null,
  }
  | { type: "other" };
