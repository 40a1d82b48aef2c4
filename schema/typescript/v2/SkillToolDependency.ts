// Generated from the types of the app server protocol. Do not edit.

/** A tool that a skill needs. */
export type SkillToolDependency = {
  /** Kind of tool. */
  type: string,
  /** Which one. */
  value: string,
  /** What it is needed for. */
  description?: string | null,
  /** How an MCP server is reached. */
  transport?: string | null,
  /** Command that starts it. */
  command?: string | null,
  /** Address of it. */
  url?: string | null,
};
