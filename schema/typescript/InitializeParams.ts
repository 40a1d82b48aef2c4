// Generated from the types of the app server protocol. Do not edit.
import type { ClientInfo } from "./ClientInfo";
import type { InitializeCapabilities } from "./InitializeCapabilities";

/** Who the client is and what it can do. */
export type InitializeParams = {
  /** Who the client is. */
  clientInfo: ClientInfo,
  /** What the client can do; absent for the plain protocol. */
  capabilities: InitializeCapabilities | null,
};
