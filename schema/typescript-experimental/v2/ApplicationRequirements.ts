// Generated from the types of the app server protocol. Do not edit.
import type { ApplicationNetworkRequirements } from "./ApplicationNetworkRequirements";
import type { ApplicationStorageRequirements } from "./ApplicationStorageRequirements";

export type ApplicationRequirements = {
  network: ApplicationNetworkRequirements | null,
  storage: ApplicationStorageRequirements | null,
};
