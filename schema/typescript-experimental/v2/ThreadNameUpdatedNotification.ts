// Generated from the types of the app server protocol. Do not edit.

export type ThreadNameUpdatedNotification = {
  threadId: string,
  threadName?: string | null,
};
