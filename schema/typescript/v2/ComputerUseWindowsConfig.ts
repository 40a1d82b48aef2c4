// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";
import type { ComputerUseWindowsExeConfig } from "./ComputerUseWindowsExeConfig";

/** Which programs of Windows may be used. */
export type ComputerUseWindowsConfig = {
  /** Entries by the id of the app. */
  aumids: { [key in string]?: AllowDenyRequirement } | null,
  /** Entries by who signed the program. */
  exes: Array<ComputerUseWindowsExeConfig> | null,
};
