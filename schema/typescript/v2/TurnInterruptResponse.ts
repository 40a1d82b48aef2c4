// Generated from the types of the app server protocol. Do not edit.

/** The turn is ending; `turn/completed` says when it has. */
export type TurnInterruptResponse = Record<string, never>;
