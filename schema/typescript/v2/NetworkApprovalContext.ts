// Generated from the types of the app server protocol. Do not edit.
import type { NetworkApprovalProtocol } from "./NetworkApprovalProtocol";

/** A host that a command wants to reach. */
export type NetworkApprovalContext = {
  /** The host. */
  host: string,
  /** How. */
  protocol: NetworkApprovalProtocol,
};
