// Generated from the types of the app server protocol. Do not edit.

/** A kind of input. */
export type InputModality = "text" | "image" | "audio";
