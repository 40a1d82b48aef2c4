// Generated from the types of the app server protocol. Do not edit.
import type { NetworkPolicyAmendment } from "../NetworkPolicyAmendment";

export type CommandExecutionApprovalDecision =
  | "accept"
  | "acceptForSession"
  | "decline"
  | "cancel"
  | { acceptWithExecpolicyAmendment: { execpolicy_amendment: Array<string> } }
  | { applyNetworkPolicyAmendment: { network_policy_amendment: NetworkPolicyAmendment } };
