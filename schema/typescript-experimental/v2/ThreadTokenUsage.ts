// Generated from the types of the app server protocol. Do not edit.
import type { TokenUsageBreakdown } from "./TokenUsageBreakdown";

/** How many tokens a thread has used. */
export type ThreadTokenUsage = {
  /** By all requests to the model together. */
  total: TokenUsageBreakdown,
  /** By the last request; its total says how full the context is. */
  last: TokenUsageBreakdown,
  /** Size of the context; `null` if it is not known. */
  modelContextWindow: number | null,
};
