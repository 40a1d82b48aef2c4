// Generated from the types of the app server protocol. Do not edit.

export type ThreadLoadedListResponse = {
  data: Array<string>,
  nextCursor: string | null,
};
