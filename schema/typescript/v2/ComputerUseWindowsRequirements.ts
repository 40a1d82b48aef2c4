// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";
import type { ComputerUseWindowsExeRequirement } from "./ComputerUseWindowsExeRequirement";

export type ComputerUseWindowsRequirements = {
  aumids: { [key in string]?: AllowDenyRequirement } | null,
  exes: Array<ComputerUseWindowsExeRequirement> | null,
};
