// Generated from the types of the app server protocol. Do not edit.

/** How a model works with other agents. */
export type MultiAgentVersion = "disabled" | "v1" | "v2";
