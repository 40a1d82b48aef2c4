// Generated from the types of the app server protocol. Do not edit.

export type ThreadLoadedListParams = {
  cursor?: string | null,
  limit?: number | null,
};
