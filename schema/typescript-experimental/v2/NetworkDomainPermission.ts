// Generated from the types of the app server protocol. Do not edit.

/** Whether a domain may be reached. */
export type NetworkDomainPermission = "allow" | "deny";
