// Generated from the types of the app server protocol. Do not edit.

/** A part of a model's thinking. */
export type ReasoningItemContent =
  /** Text. */
  | {
    type: "reasoning_text",
    /** The text. */
    text: string,
  }
  /** Text, by its older name. */
  | {
    type: "text",
    /** The text. */
    text: string,
  };
