// Generated from the types of the app server protocol. Do not edit.
import type { McpAppDisplayMode } from "./McpAppDisplayMode";

export type McpAppUi = {
  resourceUri: string,
  preferredModelDisplayMode: McpAppDisplayMode,
};
