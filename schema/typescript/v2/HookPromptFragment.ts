// Generated from the types of the app server protocol. Do not edit.

/** What one hook told the model. */
export type HookPromptFragment = {
  /** The text. */
  text: string,
  /** The run of the hook. */
  hookRunId: string,
};
