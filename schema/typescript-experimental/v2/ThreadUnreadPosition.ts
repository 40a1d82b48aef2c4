// Generated from the types of the app server protocol. Do not edit.

/** Where the unread part of a thread begins. */
export type ThreadUnreadPosition =
  /** At the very beginning. */
  | { type: "threadStart" }
  /** With a turn. */
  | {
    type: "turn",
    /** That turn. */
    turnId: string,
  };
