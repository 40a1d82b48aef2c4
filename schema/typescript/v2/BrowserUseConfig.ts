// Generated from the types of the app server protocol. Do not edit.
import type { BrowserUseOriginPolicyConfig } from "./BrowserUseOriginPolicyConfig";

/** What the vendor's browser tool may do. */
export type BrowserUseConfig = {
  /** Whether it may read the history. */
  allow_history_access: boolean | null,
  /** What holds for sites without an entry. */
  default_origin_policy: BrowserUseOriginPolicyConfig | null,
  /** What holds for single sites, by origin. */
  origins: { [key in string]?: BrowserUseOriginPolicyConfig } | null,
};
