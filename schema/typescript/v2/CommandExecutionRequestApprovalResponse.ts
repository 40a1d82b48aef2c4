// Generated from the types of the app server protocol. Do not edit.
import type { CommandExecutionApprovalDecision } from "./CommandExecutionApprovalDecision";

export type CommandExecutionRequestApprovalResponse = { decision: CommandExecutionApprovalDecision };
