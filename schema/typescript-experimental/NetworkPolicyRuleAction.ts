// Generated from the types of the app server protocol. Do not edit.

/** Whether a host may be reached. */
export type NetworkPolicyRuleAction = "allow" | "deny";
