// Generated from the types of the app server protocol. Do not edit.

export type FileChangeRequestApprovalParams = {
  threadId: string,
  turnId: string,
  itemId: string,
  startedAtMs: number,
  reason: string | null,
  grantRoot: string | null,
};
