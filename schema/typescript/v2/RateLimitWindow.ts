// Generated from the types of the app server protocol. Do not edit.

export type RateLimitWindow = {
  usedPercent: number,
  windowDurationMins: number | null,
  resetsAt: number | null,
};
