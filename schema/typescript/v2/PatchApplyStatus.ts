// Generated from the types of the app server protocol. Do not edit.

/** How far a change to files is. */
export type PatchApplyStatus =
  /** It waits for an approval, or is being made. */
  | "inProgress"
  /** It is made. */
  | "completed"
  /** It could not be made. */
  | "failed"
  /** It was refused. */
  | "declined";
