// Generated from the types of the app server protocol. Do not edit.

/** When a model may start agents of its own. */
export type MultiAgentMode =
  /** When the user asks for it. */
  | "explicitRequestOnly"
  /** When it thinks it useful. */
  | "proactive"
  /** As these instructions say. */
  | { custom: string };
