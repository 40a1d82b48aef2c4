// Generated from the types of the app server protocol. Do not edit.

/** How far a call is. */
export type CollabAgentToolCallStatus = "inProgress" | "completed" | "failed" | "interrupted";
