// Generated from the types of the app server protocol. Do not edit.

/** A kind of login. */
export type ForcedLoginMethod = "chatgpt" | "api";
