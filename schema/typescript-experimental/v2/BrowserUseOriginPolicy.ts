// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";
import type { BrowserUseAccessApprovalLifetime } from "./BrowserUseAccessApprovalLifetime";

/** What the browser tool may do on a site. */
export type BrowserUseOriginPolicy = {
  /** Open it at all. */
  access: AllowDenyRequirement | null,
  /** Download from it. */
  downloads: AllowDenyRequirement | null,
  /** Upload to it. */
  uploads: AllowDenyRequirement | null,
  /** Control it by the browser's debugging interface. */
  fullCdpAccess: AllowDenyRequirement | null,
  /** Let approvals be reviewed automatically. */
  autoReview: AllowDenyRequirement | null,
  /** Whether an approval may be remembered. */
  persistentApproval: boolean | null,
  /** How long an approval to open it holds. */
  accessApprovalLifetime: BrowserUseAccessApprovalLifetime | null,
};
