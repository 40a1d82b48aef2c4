// Generated from the types of the app server protocol. Do not edit.

/** Why a thread is started. */
export type ThreadStartSource =
  /** The program starts. */
  | "startup"
  /** The user wants an empty conversation. */
  | "clear";
