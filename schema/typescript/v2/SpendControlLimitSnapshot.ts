// Generated from the types of the app server protocol. Do not edit.

export type SpendControlLimitSnapshot = {
  limit: string,
  used: string,
  remainingPercent: number,
  resetsAt: number,
};
