// Generated from the types of the app server protocol. Do not edit.

/** Whether a turn runs, and how it ended. */
export type TurnStatus = "completed" | "interrupted" | "failed" | "inProgress";
