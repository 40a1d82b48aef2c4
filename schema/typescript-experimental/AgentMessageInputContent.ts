// Generated from the types of the app server protocol. Do not edit.

/** A part of a message between agents. */
export type AgentMessageInputContent =
  /** Text. */
  | {
    type: "input_text",
    /** The text. */
    text: string,
  }
  /** Content that only the model server can read. */
  | {
    type: "encrypted_content",
    /** Content that only the model server can read. */
    encrypted_content: string,
  };
