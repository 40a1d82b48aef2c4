// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";

export type ComputerUseWindowsExeRequirement = {
  publisherName: string,
  productName: string,
  binaryName: string | null,
  access: AllowDenyRequirement,
};
