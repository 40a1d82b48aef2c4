// Generated from the types of the app server protocol. Do not edit.
import type { TokenUsageBreakdown } from "./TokenUsageBreakdown";

export type ThreadTokenUsage = {
  total: TokenUsageBreakdown,
  last: TokenUsageBreakdown,
  modelContextWindow: number | null,
};
