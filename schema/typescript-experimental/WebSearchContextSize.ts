// Generated from the types of the app server protocol. Do not edit.

/** How much of what a search finds the model gets to read. */
export type WebSearchContextSize = "low" | "medium" | "high";
