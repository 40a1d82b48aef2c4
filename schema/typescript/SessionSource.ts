// Generated from the types of the app server protocol. Do not edit.
import type { SubAgentSource } from "./SubAgentSource";

export type SessionSource =
  | "cli"
  | "vscode"
  | "exec"
  | "appServer"
  | "unknown"
  | { custom: string }
  | { subAgent: SubAgentSource };
