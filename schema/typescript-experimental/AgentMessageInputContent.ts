// Generated from the types of the app server protocol. Do not edit.

export type AgentMessageInputContent =
  | {
    type: "input_text",
    text: string,
  }
  | {
    type: "encrypted_content",
    encrypted_content: string,
  };
