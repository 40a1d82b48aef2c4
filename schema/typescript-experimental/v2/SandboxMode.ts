// Generated from the types of the app server protocol. Do not edit.

/** What commands may touch, in one word. */
export type SandboxMode = "read-only" | "workspace-write" | "danger-full-access";
