// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";

export type ComputerUseWindowsExeConfig = {
  publisher_name: string,
  product_name: string,
  binary_name: string | null,
  access: AllowDenyRequirement,
};
