// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

export type DynamicToolNamespaceTool = {
    type: "function",
    deferLoading: boolean,
    description: string,
    inputSchema: JsonValue,
    name: string,
  };
