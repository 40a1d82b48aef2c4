// Generated from the types of the app server protocol. Do not edit.

export type PatchApplyStatus = "inProgress" | "completed" | "failed" | "declined";
