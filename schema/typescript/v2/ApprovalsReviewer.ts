// Generated from the types of the app server protocol. Do not edit.

export type ApprovalsReviewer = "user" | "auto_review" | "guardian_subagent";
