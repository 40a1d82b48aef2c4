// Generated from the types of the app server protocol. Do not edit.
import type { BrowserUseExtensionRequirements } from "./BrowserUseExtensionRequirements";
import type { BrowserUseOriginPolicy } from "./BrowserUseOriginPolicy";

export type BrowserUseRequirements = {
  extension: BrowserUseExtensionRequirements | null,
  allowWebmcp: boolean | null,
  allowHistoryAccess: boolean | null,
  disableAutoReview: boolean | null,
  allowGlobalPersistentApproval: boolean | null,
  defaultOriginPolicy: BrowserUseOriginPolicy | null,
  origins: { [key in string]?: BrowserUseOriginPolicy } | null,
};
