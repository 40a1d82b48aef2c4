// Generated from the types of the app server protocol. Do not edit.

export type WebSearchProvider = "standalone" | "search_mcp";
