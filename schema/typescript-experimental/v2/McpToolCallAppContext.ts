// Generated from the types of the app server protocol. Do not edit.

/** The vendor's connector behind a tool. */
export type McpToolCallAppContext = {
  /** Id of the connector. */
  connectorId: string,
  /** The user's link to it. */
  linkId: string | null,
  /** A view that it brings along. */
  resourceUri: string | null,
  /** Name of the app. */
  appName: string | null,
  /** Name of the action. */
  actionName: string | null,
};
