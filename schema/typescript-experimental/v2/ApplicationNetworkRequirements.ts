// Generated from the types of the app server protocol. Do not edit.
import type { NetworkDomainPermission } from "./NetworkDomainPermission";

export type ApplicationNetworkRequirements = {
  enabled: boolean,
  domains: { [key in string]?: NetworkDomainPermission },
};
