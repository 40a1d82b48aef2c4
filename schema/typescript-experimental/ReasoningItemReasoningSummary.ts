// Generated from the types of the app server protocol. Do not edit.

/** A part of what a model says about its thinking. */
export type ReasoningItemReasoningSummary = {
    type: "summary_text",
    /** The text. */
    text: string,
  };
