// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

export type ConfiguredHookHandler =
  | {
    type: "command",
    command: string,
    commandWindows: string | null,
    timeoutSec: number | null,
    async: boolean,
    statusMessage: string | null,
    additionalContextLimit: number | null,
  }
  | {
    type: "mcp_tool",
    server: string,
    tool: string,
    input: { [key in string]?: JsonValue },
    timeoutSec: number | null,
    statusMessage: string | null,
  }
  | { type: "prompt" }
  | { type: "agent" };
