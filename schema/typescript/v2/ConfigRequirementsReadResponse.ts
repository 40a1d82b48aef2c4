// Generated from the types of the app server protocol. Do not edit.
import type { ConfigRequirements } from "./ConfigRequirements";

export type ConfigRequirementsReadResponse = {
  supportsIndependentSpeedModes: boolean | null,
  requirements: ConfigRequirements | null,
};
