// Generated from the types of the app server protocol. Do not edit.

export type CommandExecutionStatus = "inProgress" | "completed" | "failed" | "declined";
