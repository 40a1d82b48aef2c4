// Generated from the types of the app server protocol. Do not edit.
import type { NetworkPolicyRuleAction } from "./NetworkPolicyRuleAction";

/** A rule about a host. */
export type NetworkPolicyAmendment = {
  /** The host. */
  host: string,
  /** Whether it may be reached. */
  action: NetworkPolicyRuleAction,
};
