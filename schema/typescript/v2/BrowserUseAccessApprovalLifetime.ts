// Generated from the types of the app server protocol. Do not edit.

/** How long an approval holds. */
export type BrowserUseAccessApprovalLifetime = "turn" | "thread";
