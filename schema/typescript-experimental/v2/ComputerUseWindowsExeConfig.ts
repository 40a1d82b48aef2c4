// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";

/** A program of Windows, known by its signature. */
export type ComputerUseWindowsExeConfig = {
  /** Who published it. */
  publisher_name: string,
  /** The product it is part of. */
  product_name: string,
  /** Its file name; `null` for all of the product. */
  binary_name: string | null,
  /** Whether it may be used. */
  access: AllowDenyRequirement,
};
