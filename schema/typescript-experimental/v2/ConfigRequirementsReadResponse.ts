// Generated from the types of the app server protocol. Do not edit.
import type { ConfigRequirements } from "./ConfigRequirements";

/** What an administrator requires. */
export type ConfigRequirementsReadResponse = {
  /** Whether speed can be chosen apart from the model. */
  supportsIndependentSpeedModes: boolean | null,
  /** The requirements, or `null` when there are none. */
  requirements: ConfigRequirements | null,
};
