// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";

export type BrowserUseOriginPolicyConfig = {
  access: AllowDenyRequirement | null,
  downloads: AllowDenyRequirement | null,
  uploads: AllowDenyRequirement | null,
  full_cdp_access: AllowDenyRequirement | null,
};
