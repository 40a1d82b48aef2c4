// Generated from the types of the app server protocol. Do not edit.

/** Tone of a model's messages. */
export type Personality = "none" | "friendly" | "pragmatic";
