// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

/** What a tool of an MCP server returned. */
export type McpToolCallResult = {
  /** Its content blocks, as the server sent them. */
  content: Array<JsonValue>,
  /** Its structured content. */
  structuredContent: JsonValue,
  /** What the server says about the result. */
  _meta: JsonValue,
};
