// Generated from the types of the app server protocol. Do not edit.

export type DeprecationNoticeNotification = {
  summary: string,
  details: string | null,
};
