// Generated from the types of the app server protocol. Do not edit.

/** Whether feedback can be sent to the vendor. */
export type FeedbackRequirements = {
  /** Whether it can. */
  enabled: boolean | null,
};
