// Generated from the types of the app server protocol. Do not edit.

export type AgentMessageDisplay = {
  action: string,
  blockType: string | null,
  cyberTrustedAccess: boolean | null,
  checkTrustedContacts: boolean | null,
};
