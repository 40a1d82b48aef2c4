// Generated from the types of the app server protocol. Do not edit.

export type TokenUsageBreakdown = {
  totalTokens: number,
  inputTokens: number,
  cachedInputTokens: number,
  cacheWriteInputTokens: number,
  outputTokens: number,
  reasoningOutputTokens: number,
};
