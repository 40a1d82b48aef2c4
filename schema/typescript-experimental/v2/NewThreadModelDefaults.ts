// Generated from the types of the app server protocol. Do not edit.

export type NewThreadModelDefaults = {
  model: string | null,
  modelReasoningEffort: string | null,
  serviceTier: string | null,
};
