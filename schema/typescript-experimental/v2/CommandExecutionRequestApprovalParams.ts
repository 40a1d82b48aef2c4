// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalPermissionProfile } from "./AdditionalPermissionProfile";
import type { CommandAction } from "./CommandAction";
import type { CommandExecutionApprovalDecision } from "./CommandExecutionApprovalDecision";
import type { CommandExecutionApprovalKind } from "./CommandExecutionApprovalKind";
import type { NetworkApprovalContext } from "./NetworkApprovalContext";
import type { NetworkPolicyAmendment } from "../NetworkPolicyAmendment";

/** Asks whether a command may run. What does not apply is left out. */
export type CommandExecutionRequestApprovalParams = {
  /** What is asked. */
  kind: CommandExecutionApprovalKind,
  /** The thread. */
  threadId: string,
  /** The turn. */
  turnId: string,
  /** The item that shows the command. */
  itemId: string,
  /** When the question came up, in Unix milliseconds. */
  startedAtMs: number,
  /** Tells apart several questions about one item. */
  approvalId?: string | null,
  /** Where the command is to run; `null` for the only place there is. */
  environmentId: string | null,
  /** Why somebody is asked. */
  reason?: string | null,
  /** The host, if the question is about the network. */
  networkApprovalContext?: NetworkApprovalContext | null,
  /** The command line, quoted for a shell. */
  command?: string | null,
  /** Its working directory, absolute. */
  cwd?: string | null,
  /** What it does, as far as it can be read from the command line. */
  commandActions?: Array<CommandAction> | null,
  /** Permissions that it asks for beyond those in force. */
  additionalPermissions?: AdditionalPermissionProfile | null,
  /** Beginning of a command line for which a rule could be kept, so that it is not asked again. */
  proposedExecpolicyAmendment?: Array<string> | null,
  /** Rules about hosts that could be kept, so that it is not asked again. */
  proposedNetworkPolicyAmendments?: Array<NetworkPolicyAmendment> | null,
  /** Answers to offer; absent for all. The others are understood as well. */
  availableDecisions?: Array<CommandExecutionApprovalDecision> | null,
};
