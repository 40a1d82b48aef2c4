// Generated from the types of the app server protocol. Do not edit.

/** What is asked about a command. */
export type CommandExecutionApprovalKind =
  /** Whether it may run. */
  | "command"
  /** Whether a human wants it to run; no automatic reviewer may answer. */
  | "humanCommand"
  /** Whether the model may write to it. */
  | "writeStdin";
