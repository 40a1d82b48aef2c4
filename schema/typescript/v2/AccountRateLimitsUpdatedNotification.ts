// Generated from the types of the app server protocol. Do not edit.
import type { RateLimitSnapshot } from "./RateLimitSnapshot";

export type AccountRateLimitsUpdatedNotification = { rateLimits: RateLimitSnapshot };
