// Generated from the types of the app server protocol. Do not edit.
import type { NetworkPolicyAmendment } from "../NetworkPolicyAmendment";

/** What is decided about a command. */
export type CommandExecutionApprovalDecision =
  /** It may run, this once. */
  | "accept"
  /** It may run, and is not asked about again while the thread is loaded. */
  | "acceptForSession"
  /** It may run, and a rule is kept for commands that begin alike. */
  | {
    acceptWithExecpolicyAmendment: {
      /** Beginning of the command line. */
      execpolicy_amendment: Array<string>,
    },
  }
  /** A rule about a host is kept, and decides. */
  | {
    applyNetworkPolicyAmendment: {
      /** The rule. */
      network_policy_amendment: NetworkPolicyAmendment,
    },
  }
  /** It may not run. The model is told and goes on. */
  | "decline"
  /** It may not run, and the turn ends. */
  | "cancel";
