// Generated from the types of the app server protocol. Do not edit.

export type ReasoningItemContent =
  | {
    type: "reasoning_text",
    text: string,
  }
  | {
    type: "text",
    text: string,
  };
