// Generated from the types of the app server protocol. Do not edit.

/** A mode of working together. */
export type ModeKind =
  /** The model makes a plan and changes nothing. */
  | "plan"
  /** The model does what it is asked. */
  | "default";
