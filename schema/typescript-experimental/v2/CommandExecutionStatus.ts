// Generated from the types of the app server protocol. Do not edit.

/** How far a command is. */
export type CommandExecutionStatus =
  /** It waits for an approval, or runs. */
  | "inProgress"
  /** It ended with exit code 0. */
  | "completed"
  /** It ended otherwise, or never began. */
  | "failed"
  /** It was refused. */
  | "declined";
