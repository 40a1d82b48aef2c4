// Generated from the types of the app server protocol. Do not edit.
import type { AllowDenyRequirement } from "./AllowDenyRequirement";
import type { ComputerUseMacosConfig } from "./ComputerUseMacosConfig";
import type { ComputerUseWindowsConfig } from "./ComputerUseWindowsConfig";

/** What the vendor's desktop tool may do. */
export type ComputerUseConfig = {
  /** What holds for programs without an entry. */
  default_app_access: AllowDenyRequirement | null,
  /** Entries for programs of macOS. */
  macos: ComputerUseMacosConfig | null,
  /** Entries for programs of Windows. */
  windows: ComputerUseWindowsConfig | null,
};
