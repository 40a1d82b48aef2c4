// Generated from the types of the app server protocol. Do not edit.

/** Whether the network can be reached. */
export type NetworkAccess = "restricted" | "enabled";
