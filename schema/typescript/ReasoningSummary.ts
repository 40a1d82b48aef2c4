// Generated from the types of the app server protocol. Do not edit.

/** How a model sums up its thinking. */
export type ReasoningSummary = "auto" | "concise" | "detailed" | "none";
