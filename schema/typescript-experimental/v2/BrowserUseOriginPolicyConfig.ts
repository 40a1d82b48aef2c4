// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";

/** What the browser tool may do on a site. */
export type BrowserUseOriginPolicyConfig = {
  /** Open it at all. */
  access: AllowDenyRequirement | null,
  /** Download from it. */
  downloads: AllowDenyRequirement | null,
  /** Upload to it. */
  uploads: AllowDenyRequirement | null,
  /** Control it by the browser's debugging interface. */
  full_cdp_access: AllowDenyRequirement | null,
};
