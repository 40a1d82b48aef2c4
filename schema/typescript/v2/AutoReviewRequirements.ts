// Generated from the types of the app server protocol. Do not edit.

export type AutoReviewRequirements = {
  requiredOnModels: Array<string> | null,
  ignoreRules: Array<string> | null,
};
