// Generated from the types of the app server protocol. Do not edit.

/** What new threads begin with. */
export type NewThreadModelDefaults = {
  /** The model. */
  model: string | null,
  /** How much it thinks. */
  modelReasoningEffort: string | null,
  /** Service tier of the model server. */
  serviceTier: string | null,
};
