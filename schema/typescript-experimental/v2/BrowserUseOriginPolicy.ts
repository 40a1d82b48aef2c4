// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";
import type { BrowserUseAccessApprovalLifetime } from "./BrowserUseAccessApprovalLifetime";

export type BrowserUseOriginPolicy = {
  access: AllowDenyRequirement | null,
  downloads: AllowDenyRequirement | null,
  uploads: AllowDenyRequirement | null,
  fullCdpAccess: AllowDenyRequirement | null,
  autoReview: AllowDenyRequirement | null,
  persistentApproval: boolean | null,
  accessApprovalLifetime: BrowserUseAccessApprovalLifetime | null,
};
