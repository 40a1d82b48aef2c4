// Generated from the types of the app server protocol. Do not edit.

/** What may be done with a path. */
export type FileSystemAccessMode = "read" | "write" | "deny";
