// Generated from the types of the app server protocol. Do not edit.

/** What is decided about changes to files. */
export type FileChangeApprovalDecision =
  /** They may be made, this once. */
  | "accept"
  /** They may be made, and the same files are not asked about again while the thread is loaded. */
  | "acceptForSession"
  /** They may not be made. The model is told and goes on. */
  | "decline"
  /** They may not be made, and the turn ends. */
  | "cancel";
