// Generated from the types of the app server protocol. Do not edit.
import type { DynamicToolNamespaceTool } from "./DynamicToolNamespaceTool";
import type { JsonValue } from "../serde_json/JsonValue";

/** A tool that the client carries out, or a group of such tools. */
export type DynamicToolSpec =
  /** One tool. */
  | {
    type: "function",
    /** Do not show it to the model until it searches for it. */
    deferLoading: boolean,
    /** What it does, for the model. */
    description: string,
    /** JSON schema of its arguments. */
    inputSchema: JsonValue,
    /** Its name. */
    name: string,
  }
  /** A group. */
  | {
    type: "namespace",
    /** What the group is about, for the model. */
    description: string,
    /** Name of the group. */
    name: string,
    /** The tools in it. */
    tools: Array<DynamicToolNamespaceTool>,
  };
