// Generated from the types of the app server protocol. Do not edit.

export type AskForApproval =
  | "untrusted"
  | "on-request"
  | "never"
  | {
    granular: {
      sandbox_approval: boolean,
      rules: boolean,
      skill_approval: boolean,
      request_permissions: boolean,
      mcp_elicitations: boolean,
    },
  };
