// Generated from the types of the app server protocol. Do not edit.

/** Who runs a command. */
export type CommandExecutionSource =
  /** The model. */
  | "agent"
  /** The user. */
  | "userShell"
  /** The model, as a process that can outlive the call. */
  | "unifiedExecStartup"
  /** The model, writing to such a process. */
  | "unifiedExecInteraction";
