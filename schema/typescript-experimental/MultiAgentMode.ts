// Generated from the types of the app server protocol. Do not edit.

export type MultiAgentMode = "explicitRequestOnly" | "proactive" | { custom: string };
