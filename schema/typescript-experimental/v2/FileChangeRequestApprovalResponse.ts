// Generated from the types of the app server protocol. Do not edit.
import type { FileChangeApprovalDecision } from "./FileChangeApprovalDecision";

export type FileChangeRequestApprovalResponse = { decision: FileChangeApprovalDecision };
