// Generated from the types of the app server protocol. Do not edit.
import type { NetworkDomainPermission } from "./NetworkDomainPermission";

/** What the vendor's app may reach. */
export type ApplicationNetworkRequirements = {
  /** Whether the rules hold. */
  enabled: boolean,
  /** Rules by domain. */
  domains: { [key in string]?: NetworkDomainPermission },
};
