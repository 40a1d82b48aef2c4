// Generated from the types of the app server protocol. Do not edit.

/** Tokens by kind. */
export type TokenUsageBreakdown = {
  /** Input and output together. */
  totalTokens: number,
  /** What the model read, the cached part included. */
  inputTokens: number,
  /** The part of the input that came from the model server's cache. */
  cachedInputTokens: number,
  /** The part of the input that was put into that cache. */
  cacheWriteInputTokens: number,
  /** What the model wrote, its reasoning included. */
  outputTokens: number,
  /** The part of the output that is reasoning. */
  reasoningOutputTokens: number,
};
