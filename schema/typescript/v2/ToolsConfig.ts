// Generated from the types of the app server protocol. Do not edit.
import type { WebSearchToolConfig } from "../WebSearchToolConfig";

/** Settings of single tools. */
export type ToolsConfig = {
  /** The search of the web. */
  web_search: WebSearchToolConfig | null,
};
