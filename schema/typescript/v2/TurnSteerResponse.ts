// Generated from the types of the app server protocol. Do not edit.

/** The input is taken. */
export type TurnSteerResponse = {
  /** The turn that takes it. */
  turnId: string,
};
