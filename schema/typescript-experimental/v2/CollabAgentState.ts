// Generated from the types of the app server protocol. Do not edit.
import type { CollabAgentStatus } from "./CollabAgentStatus";

/** How far another agent is. */
export type CollabAgentState = {
  /** In a word. */
  status: CollabAgentStatus,
  /** Its last message. */
  message: string | null,
};
