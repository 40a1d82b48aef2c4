// Generated from the types of the app server protocol. Do not edit.
import type { RateLimitSnapshot } from "./RateLimitSnapshot";

/** Sent after every response of the model. */
export type AccountRateLimitsUpdatedNotification = {
  /** The limits as they are now. */
  rateLimits: RateLimitSnapshot,
};
