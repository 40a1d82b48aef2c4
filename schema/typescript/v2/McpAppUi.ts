// Generated from the types of the app server protocol. Do not edit.
import type { McpAppDisplayMode } from "./McpAppDisplayMode";

/** A view that a tool brings along. */
export type McpAppUi = {
  /** Resource of the MCP server that holds it. */
  resourceUri: string,
  /** How it would be shown best. */
  preferredModelDisplayMode: McpAppDisplayMode,
};
