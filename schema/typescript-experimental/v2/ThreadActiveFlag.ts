// Generated from the types of the app server protocol. Do not edit.

/** What a running turn waits for. */
export type ThreadActiveFlag = "waitingOnApproval" | "waitingOnUserInput";
