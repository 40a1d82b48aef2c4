// Generated from the types of the app server protocol. Do not edit.

export type FileChangeApprovalDecision = "accept" | "acceptForSession" | "decline" | "cancel";
