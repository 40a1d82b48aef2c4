// Generated from the types of the app server protocol. Do not edit.

export type ClientNotification =
  | { "method": "initialized" };
