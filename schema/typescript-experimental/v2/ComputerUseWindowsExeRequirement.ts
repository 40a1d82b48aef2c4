// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";

/** A program of Windows, known by its signature. */
export type ComputerUseWindowsExeRequirement = {
  /** Who published it. */
  publisherName: string,
  /** The product it is part of. */
  productName: string,
  /** Its file name; `null` for all of the product. */
  binaryName: string | null,
  /** Whether it may be used. */
  access: AllowDenyRequirement,
};
