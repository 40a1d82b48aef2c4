// Generated from the types of the app server protocol. Do not edit.

/** How far a call of the built-in shell tool is. */
export type LocalShellStatus = "completed" | "in_progress" | "incomplete";
