// Generated from the types of the app server protocol. Do not edit.

/** Why an agent was started. */
export type SubAgentSource =
  /** To review changes. */
  | "review"
  /** To compact a history. */
  | "compact"
  /** To tidy the vendor's memories. */
  | "memory_consolidation"
  /** Because the model of another thread wanted it. */
  | {
    thread_spawn: {
      /** That thread. */
      parent_thread_id: string,
      /** How many agents stand between it and the user. */
      depth: number,
      /** Its place among the agents. */
      agent_path: string | null,
      /** Its name for people. */
      agent_nickname: string | null,
      /** Its role. */
      agent_role: string | null,
    },
  }
  /** For a reason with a name of its own. */
  | { other: string };
