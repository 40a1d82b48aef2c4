// Generated from the types of the app server protocol. Do not edit.
import type { WebSearchContextSize } from "./WebSearchContextSize";
import type { WebSearchLocation } from "./WebSearchLocation";

/** Settings of the search of the web. */
export type WebSearchToolConfig = {
  /** How much of what it finds the model gets to read. */
  context_size: WebSearchContextSize | null,
  /** The only domains to search. */
  allowed_domains: Array<string> | null,
  /** Where the user is, for local answers. */
  location: WebSearchLocation | null,
};
