// Generated from the types of the app server protocol. Do not edit.
import type { WebSearchToolConfig } from "../WebSearchToolConfig";

export type ToolsConfig = { web_search: WebSearchToolConfig | null };
