// Generated from the types of the app server protocol. Do not edit.

/** A question that needs no answer at once. */
export type AsyncUserInputQuestion = {
  /** The question. */
  title: string,
  /** Answers to choose from; `null` for free text. */
  options: Array<string> | null,
};
