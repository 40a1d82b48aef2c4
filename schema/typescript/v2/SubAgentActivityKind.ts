// Generated from the types of the app server protocol. Do not edit.

/** What another agent did. */
export type SubAgentActivityKind = "started" | "interacted" | "interrupted" | "completed";
