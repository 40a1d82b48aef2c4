// Generated from the types of the app server protocol. Do not edit.
import type { WebSearchContextSize } from "./WebSearchContextSize";
import type { WebSearchLocation } from "./WebSearchLocation";

export type WebSearchToolConfig = {
  context_size: WebSearchContextSize | null,
  allowed_domains: Array<string> | null,
  location: WebSearchLocation | null,
};
