// Generated from the types of the app server protocol. Do not edit.

/** What carries out a search. */
export type WebSearchProvider = "standalone" | "search_mcp";
