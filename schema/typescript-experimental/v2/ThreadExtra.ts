// Generated from the types of the app server protocol. Do not edit.

/** Room for additions. */
export type ThreadExtra = Record<string, never>;
