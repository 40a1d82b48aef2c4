// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

/** A tool in a group. */
export type DynamicToolNamespaceTool = {
    type: "function",
    /** Do not show it to the model until it searches for it. */
    deferLoading: boolean,
    /** What it does, for the model. */
    description: string,
    /** JSON schema of its arguments. */
    inputSchema: JsonValue,
    /** Its name. */
    name: string,
  };
