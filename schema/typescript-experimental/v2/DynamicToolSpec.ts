// Generated from the types of the app server protocol. Do not edit.
import type { DynamicToolNamespaceTool } from "./DynamicToolNamespaceTool";
import type { JsonValue } from "../serde_json/JsonValue";

export type DynamicToolSpec =
  | {
    type: "function",
    deferLoading: boolean,
    description: string,
    inputSchema: JsonValue,
    name: string,
  }
  | {
    type: "namespace",
    description: string,
    name: string,
    tools: Array<DynamicToolNamespaceTool>,
  };
