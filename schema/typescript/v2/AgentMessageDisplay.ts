// Generated from the types of the app server protocol. Do not edit.

/** What to show beside a moderated message. */
export type AgentMessageDisplay = {
  /** What the client is to do. */
  action: string,
  /** Kind of the notice. */
  blockType: string | null,
  /** Point to the vendor's access program for security work. */
  cyberTrustedAccess: boolean | null,
  /** Point to the user's trusted contacts. */
  checkTrustedContacts: boolean | null,
};
