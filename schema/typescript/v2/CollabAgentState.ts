// Generated from the types of the app server protocol. Do not edit.
import type { CollabAgentStatus } from "./CollabAgentStatus";

export type CollabAgentState = {
  status: CollabAgentStatus,
  message: string | null,
};
