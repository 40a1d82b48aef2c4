// Generated from the types of the app server protocol. Do not edit.

/** Whether and how the model searches the web. */
export type WebSearchMode = "disabled" | "cached" | "indexed" | "live";
