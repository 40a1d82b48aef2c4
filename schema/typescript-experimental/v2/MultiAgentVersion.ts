// Generated from the types of the app server protocol. Do not edit.

export type MultiAgentVersion = "disabled" | "v1" | "v2";
