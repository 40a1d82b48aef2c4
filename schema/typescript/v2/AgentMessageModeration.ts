// Generated from the types of the app server protocol. Do not edit.
import type { AgentMessageDisplay } from "./AgentMessageDisplay";

/** What the vendor's moderation says about a message. */
export type AgentMessageModeration = {
  /** Whether it objected. */
  moderated: boolean,
  /** What to show. */
  display: AgentMessageDisplay | null,
};
