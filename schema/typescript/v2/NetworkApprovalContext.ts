// Generated from the types of the app server protocol. Do not edit.
import type { NetworkApprovalProtocol } from "./NetworkApprovalProtocol";

export type NetworkApprovalContext = {
  host: string,
  protocol: NetworkApprovalProtocol,
};
