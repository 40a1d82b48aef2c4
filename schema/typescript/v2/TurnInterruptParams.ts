// Generated from the types of the app server protocol. Do not edit.

/** Which turn to end. */
export type TurnInterruptParams = {
  /** The thread. */
  threadId: string,
  /** The turn. If another runs, the request fails. */
  turnId: string,
};
