// Generated from the types of the app server protocol. Do not edit.
import type { SubAgentSource } from "./SubAgentSource";

/** Kind of program that made a thread. */
export type SessionSource =
  /** The terminal program. */
  | "cli"
  /** An editor; also every client of this server that says nothing else. */
  | "vscode"
  /** A single run from the command line. */
  | "exec"
  /** This server by itself. */
  | "appServer"
  /** A word of a later version. */
  | "unknown"
  /** A program with a name of its own. */
  | { custom: string }
  /** An agent, started by another thread. */
  | { subAgent: SubAgentSource };
