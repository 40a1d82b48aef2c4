// Generated from the types of the app server protocol. Do not edit.

/** One stretch of time and how much of its allowance is used. */
export type RateLimitWindow = {
  /** Used part of the allowance, in percent. */
  usedPercent: number,
  /** Length of the window in minutes. */
  windowDurationMins: number | null,
  /** When the allowance is whole again, in Unix seconds. */
  resetsAt: number | null,
};
