// Generated from the types of the app server protocol. Do not edit.
import type { JsonValue } from "../serde_json/JsonValue";

/** What a hook does. */
export type ConfiguredHookHandler =
  /** Runs a command. */
  | {
    type: "command",
    /** The command line. */
    command: string,
    /** The command line on Windows, if another. */
    commandWindows: string | null,
    /** Seconds after which it is ended. */
    timeoutSec: number | null,
    /** Do not wait for it. */
    async: boolean,
    /** What to show while it runs. */
    statusMessage: string | null,
    /** How much of its output the model gets at most. */
    additionalContextLimit: number | null,
  }
  /** Calls a tool of an MCP server. */
  | {
    type: "mcp_tool",
    /** The server. */
    server: string,
    /** The tool. */
    tool: string,
    /** What it is called with. */
    input: { [key in string]?: JsonValue },
    /** Seconds after which the call is given up. */
    timeoutSec: number | null,
    /** What to show while it runs. */
    statusMessage: string | null,
  }
  /** Asks a model. */
  | { type: "prompt" }
  /** Starts an agent. */
  | { type: "agent" };
