// Generated from the types of the app server protocol. Do not edit.
import type { CapabilityRootLocation } from "./CapabilityRootLocation";

/** A folder of skills and plugins that the user has chosen. */
export type SelectedCapabilityRoot = {
  /** Its id. */
  id: string,
  /** Where it is. */
  location: CapabilityRootLocation,
};
