// Generated from the types of the app server protocol. Do not edit.

export type ThreadBackgroundTerminalsListParams = {
  threadId: string,
  cursor?: string | null,
  limit?: number | null,
};
