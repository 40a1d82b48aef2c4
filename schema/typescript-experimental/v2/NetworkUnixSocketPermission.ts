// Generated from the types of the app server protocol. Do not edit.

/** Whether a Unix socket may be reached. */
export type NetworkUnixSocketPermission = "allow" | "deny";
