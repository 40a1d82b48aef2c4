// Generated from the types of the app server protocol. Do not edit.
import type { BrowserUseExtensionRequirements } from "./BrowserUseExtensionRequirements";
import type { BrowserUseOriginPolicy } from "./BrowserUseOriginPolicy";

/** What the vendor's browser tool may do. */
export type BrowserUseRequirements = {
  /** Rules for its browser extension. */
  extension: BrowserUseExtensionRequirements | null,
  /** Use tools that web pages offer. */
  allowWebmcp: boolean | null,
  /** Read the history. */
  allowHistoryAccess: boolean | null,
  /** Do not let approvals be reviewed automatically. */
  disableAutoReview: boolean | null,
  /** Let one approval stand for all sites and times. */
  allowGlobalPersistentApproval: boolean | null,
  /** What holds for sites without an entry. */
  defaultOriginPolicy: BrowserUseOriginPolicy | null,
  /** What holds for single sites, by origin. */
  origins: { [key in string]?: BrowserUseOriginPolicy } | null,
};
