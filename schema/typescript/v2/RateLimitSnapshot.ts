// Generated from the types of the app server protocol. Do not edit.
import type { CreditsSnapshot } from "./CreditsSnapshot";
import type { PlanType } from "../PlanType";
import type { RateLimitReachedType } from "./RateLimitReachedType";
import type { RateLimitWindow } from "./RateLimitWindow";
import type { SpendControlLimitSnapshot } from "./SpendControlLimitSnapshot";

/** The limits of an account at one moment. */
export type RateLimitSnapshot = {
  /** Which limit this is, if the account has several. */
  limitId: string | null,
  /** Its name for people. */
  limitName: string | null,
  /** The model that the limit is about. */
  normalModelSlug: string | null,
  /** The short window. */
  primary: RateLimitWindow | null,
  /** The long window. */
  secondary: RateLimitWindow | null,
  /** What has been bought in advance. */
  credits: CreditsSnapshot | null,
  /** A spending limit of this one user. */
  individualLimit: SpendControlLimitSnapshot | null,
  /** Whether a spending limit stops further use. */
  spendControlReached: boolean | null,
  /** What the account has subscribed to. */
  planType: PlanType | null,
  /** Which limit is used up, if one is. */
  rateLimitReachedType: RateLimitReachedType | null,
};
