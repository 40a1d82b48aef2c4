// Generated from the types of the app server protocol. Do not edit.

/** When a human is asked before a command runs. */
export type AskForApproval =
  /** Before every command that is not known to only read. */
  | "untrusted"
  /** When the model asks for more than the sandbox allows. */
  | "on-request"
  /** Never: what the sandbox forbids fails. */
  | "never"
  /** By kind of question. What is off is refused without asking. */
  | {
    granular: {
      /** Commands that need more than the sandbox allows. */
      sandbox_approval: boolean,
      /** Commands for which a rule says to ask. */
      rules: boolean,
      /** Scripts of skills. */
      skill_approval: boolean,
      /** Permissions that the model asks for. */
      request_permissions: boolean,
      /** Questions of MCP servers. */
      mcp_elicitations: boolean,
    },
  };
