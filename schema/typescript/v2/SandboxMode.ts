// Generated from the types of the app server protocol. Do not edit.

export type SandboxMode = "read-only" | "workspace-write" | "danger-full-access";
