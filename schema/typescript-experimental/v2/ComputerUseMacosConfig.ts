// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";

/** Which programs of macOS may be used. */
export type ComputerUseMacosConfig = {
  /** Entries by bundle id. */
  bundle_ids: { [key in string]?: AllowDenyRequirement } | null,
};
