// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";

/** Which programs of macOS may be used. */
export type ComputerUseMacosRequirements = {
  /** Entries by bundle id. */
  bundleIds: { [key in string]?: AllowDenyRequirement } | null,
};
