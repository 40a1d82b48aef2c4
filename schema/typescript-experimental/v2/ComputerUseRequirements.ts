// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";
import type { ComputerUseMacosRequirements } from "./ComputerUseMacosRequirements";
import type { ComputerUseWindowsRequirements } from "./ComputerUseWindowsRequirements";

/** What the vendor's desktop tool may do. */
export type ComputerUseRequirements = {
  /** Work while the screen is locked. */
  allowLockedComputerUse: boolean | null,
  /** Remember an approval. */
  allowPersistentApproval: boolean | null,
  /** What holds for programs without an entry. */
  defaultAppAccess: AllowDenyRequirement | null,
  /** Entries for programs of macOS. */
  macos: ComputerUseMacosRequirements | null,
  /** Entries for programs of Windows. */
  windows: ComputerUseWindowsRequirements | null,
};
