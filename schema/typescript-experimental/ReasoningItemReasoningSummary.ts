// Generated from the types of the app server protocol. Do not edit.

export type ReasoningItemReasoningSummary = {
    type: "summary_text",
    text: string,
  };
