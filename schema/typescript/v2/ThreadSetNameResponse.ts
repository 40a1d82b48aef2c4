// Generated from the types of the app server protocol. Do not edit.

/** The name is set. */
export type ThreadSetNameResponse = Record<string, never>;
