// Generated from the types of the app server protocol. Do not edit.

/** Which thread, and how much of it. */
export type ThreadReadParams = {
  /** The thread. */
  threadId: string,
  /** Also give its turns. A long history makes a long answer. */
  includeTurns?: boolean,
};
