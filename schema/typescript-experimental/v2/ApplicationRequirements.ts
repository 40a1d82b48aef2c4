// Generated from the types of the app server protocol. Do not edit.
import type { ApplicationNetworkRequirements } from "./ApplicationNetworkRequirements";
import type { ApplicationStorageRequirements } from "./ApplicationStorageRequirements";

/** Rules for the vendor's app. */
export type ApplicationRequirements = {
  /** What the app may reach. */
  network: ApplicationNetworkRequirements | null,
  /** Where the app keeps projects. */
  storage: ApplicationStorageRequirements | null,
};
