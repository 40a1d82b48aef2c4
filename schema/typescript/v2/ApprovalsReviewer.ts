// Generated from the types of the app server protocol. Do not edit.

/** Who answers approvals. */
export type ApprovalsReviewer =
  /** The client, and so its user. */
  | "user"
  /** An automatic reviewer. */
  | "auto_review"
  /** The automatic reviewer by its older name. */
  | "guardian_subagent";
