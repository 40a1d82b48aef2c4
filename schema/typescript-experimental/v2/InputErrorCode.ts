// Generated from the types of the app server protocol. Do not edit.

/** The limits of a turn's input. */
export type InputErrorCode = "input_too_large";
