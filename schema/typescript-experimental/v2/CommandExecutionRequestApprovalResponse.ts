// Generated from the types of the app server protocol. Do not edit.
import type { CommandExecutionApprovalDecision } from "./CommandExecutionApprovalDecision";

/** The answer. */
export type CommandExecutionRequestApprovalResponse = {
  /** What is decided. */
  decision: CommandExecutionApprovalDecision,
};
