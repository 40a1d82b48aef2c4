// Generated from the types of the app server protocol. Do not edit.

/** Rules for automatic review of approvals. */
export type AutoReviewRequirements = {
  /** Models with which it must be on. */
  requiredOnModels: Array<string> | null,
  /** Allow rules that it does not take for an answer. */
  ignoreRules: Array<string> | null,
};
