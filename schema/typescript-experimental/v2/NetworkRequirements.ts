// Generated from the types of the app server protocol. Do not edit.
import type { NetworkDomainPermission } from "./NetworkDomainPermission";
import type { NetworkUnixSocketPermission } from "./NetworkUnixSocketPermission";

/** What commands may reach in the network. */
export type NetworkRequirements = {
  /** Whether there is a filtering proxy. */
  enabled: boolean | null,
  /** Port of its HTTP side. */
  httpPort: number | null,
  /** Port of its SOCKS side. */
  socksPort: number | null,
  /** Whether it may use another proxy. */
  allowUpstreamProxy: boolean | null,
  /** Whether it may listen to other machines. */
  dangerouslyAllowNonLoopbackProxy: boolean | null,
  /** Whether every Unix socket may be reached. */
  dangerouslyAllowAllUnixSockets: boolean | null,
  /** Rules by domain. */
  domains: { [key in string]?: NetworkDomainPermission } | null,
  /** Domains for which somebody is asked. */
  reviewDomains: Array<string> | null,
  /** Whether users can add no domains. */
  managedAllowedDomainsOnly: boolean | null,
  /** Domains that may be reached; the older form of `domains`. */
  allowedDomains: Array<string> | null,
  /** Domains that may not be reached; the older form of `domains`. */
  deniedDomains: Array<string> | null,
  /** Rules by path of a Unix socket. */
  unixSockets: { [key in string]?: NetworkUnixSocketPermission } | null,
  /** Unix sockets that may be reached; the older form of `unixSockets`. */
  allowUnixSockets: Array<string> | null,
  /** Whether commands may listen on this machine. */
  allowLocalBinding: boolean | null,
};
