// Generated from the types of the app server protocol. Do not edit.

/** An effort that a model knows. */
export type ReasoningEffortOption = {
  /** Its name in requests. */
  reasoningEffort: string,
  /** What it means, in a sentence. */
  description: string,
};
