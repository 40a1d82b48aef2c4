// Generated from the types of the app server protocol. Do not edit.

/** Whether a message is the answer or a remark on the way. */
export type MessagePhase =
  /** A remark on the way. */
  | "commentary"
  /** A part of the answer. */
  | "partial_answer"
  /** The answer. */
  | "final_answer";
