// Generated from the types of the app server protocol. Do not edit.

/** How far another agent is. */
export type CollabAgentStatus =
  | "pendingInit"
  | "running"
  | "interrupted"
  | "completed"
  | "errored"
  | "shutdown"
  | "notFound";
