// Generated from the types of the app server protocol. Do not edit.

export type McpToolCallAppContext = {
  connectorId: string,
  linkId: string | null,
  resourceUri: string | null,
  appName: string | null,
  actionName: string | null,
};
