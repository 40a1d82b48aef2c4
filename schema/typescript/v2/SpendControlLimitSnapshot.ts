// Generated from the types of the app server protocol. Do not edit.

/** A spending limit. */
export type SpendControlLimitSnapshot = {
  /** The limit, as the vendor writes it. */
  limit: string,
  /** What is spent. */
  used: string,
  /** What is left, in percent. */
  remainingPercent: number,
  /** When it begins anew, in Unix seconds. */
  resetsAt: number,
};
