// Generated from the types of the app server protocol. Do not edit.

/** How much the model writes. */
export type Verbosity = "low" | "medium" | "high";
