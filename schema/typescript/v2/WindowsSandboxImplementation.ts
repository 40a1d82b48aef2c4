// Generated from the types of the app server protocol. Do not edit.

/** A sandbox of Windows. */
export type WindowsSandboxImplementation = "elevated" | "unelevated" | "mxc";
