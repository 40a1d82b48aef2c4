// Generated from the types of the app server protocol. Do not edit.

export type InitializeResponse = {
  userAgent: string,
  codexHome: string,
  platformFamily: string,
  platformOs: string,
};
