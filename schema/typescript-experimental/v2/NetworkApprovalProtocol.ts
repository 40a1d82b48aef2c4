// Generated from the types of the app server protocol. Do not edit.

/** How a host is reached. */
export type NetworkApprovalProtocol = "http" | "https" | "socks5Tcp" | "socks5Udp";
