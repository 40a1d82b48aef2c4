// Generated from the types of the app server protocol. Do not edit.
import type { NetworkPolicyRuleAction } from "./NetworkPolicyRuleAction";

export type NetworkPolicyAmendment = {
  host: string,
  action: NetworkPolicyRuleAction,
};
