// Generated from the types of the app server protocol. Do not edit.
import type { FileChangeApprovalDecision } from "./FileChangeApprovalDecision";

/** The answer. */
export type FileChangeRequestApprovalResponse = {
  /** What is decided. */
  decision: FileChangeApprovalDecision,
};
