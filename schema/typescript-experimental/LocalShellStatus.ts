// Generated from the types of the app server protocol. Do not edit.

export type LocalShellStatus = "completed" | "in_progress" | "incomplete";
