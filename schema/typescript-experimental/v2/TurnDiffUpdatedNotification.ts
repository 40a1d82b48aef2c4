// Generated from the types of the app server protocol. Do not edit.

/** The turn has changed files. */
export type TurnDiffUpdatedNotification = {
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** All its changes so far as one diff, in the form of git. */
  diff: string,
};
