// Generated from the types of the app server protocol. Do not edit.

export type WarningNotification = {
  threadId: string | null,
  message: string,
};
