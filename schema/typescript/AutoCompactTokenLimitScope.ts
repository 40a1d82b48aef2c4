// Generated from the types of the app server protocol. Do not edit.

/** What counts towards the limit at which the history is compacted. */
export type AutoCompactTokenLimitScope = "total" | "body_after_prefix";
