// Generated from the types of the app server protocol. Do not edit.

/** How much a model thinks. */
export type ConfigurationReasoning = {
  /** The effort, by its name. */
  effort: string,
};
