// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

export type McpToolCallResult = {
  content: Array<JsonValue>,
  structuredContent: JsonValue,
  _meta: JsonValue,
};
