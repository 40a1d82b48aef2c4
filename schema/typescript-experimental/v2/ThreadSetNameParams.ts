// Generated from the types of the app server protocol. Do not edit.

/** A new name for a thread. */
export type ThreadSetNameParams = {
  /** The thread. */
  threadId: string,
  /** The name; blank is refused. */
  name: string,
};
