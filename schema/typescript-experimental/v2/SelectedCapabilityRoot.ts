// Generated from the types of the app server protocol. Do not edit.
import type { CapabilityRootLocation } from "./CapabilityRootLocation";

export type SelectedCapabilityRoot = {
  id: string,
  location: CapabilityRootLocation,
};
