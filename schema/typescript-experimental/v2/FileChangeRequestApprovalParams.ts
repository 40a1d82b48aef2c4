// Generated from the types of the app server protocol. Do not edit.

/** Asks whether files may be changed. */
export type FileChangeRequestApprovalParams = {
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** The item that shows the changes. */
  itemId: string,
  /** When the question came up, in Unix milliseconds. */
  startedAtMs: number,
  /** Why somebody is asked. */
  reason: string | null,
  /** Folder that would be writable from then on, if the answer is for the session. */
  grantRoot: string | null,
};
