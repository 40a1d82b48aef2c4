// Generated from the types of the app server protocol. Do not edit.
import type { AgentMessageDisplay } from "./AgentMessageDisplay";

export type AgentMessageModeration = {
  moderated: boolean,
  display: AgentMessageDisplay | null,
};
