// Generated from the types of the app server protocol. Do not edit.

export type ClientInfo = {
  name: string,
  title: string | null,
  version: string,
};
