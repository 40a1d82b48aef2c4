// Generated from the types of the app server protocol. Do not edit.
import type { CommandAction } from "./CommandAction";
import type { CommandExecutionApprovalKind } from "./CommandExecutionApprovalKind";
import type { NetworkApprovalContext } from "./NetworkApprovalContext";
import type { NetworkPolicyAmendment } from "../NetworkPolicyAmendment";

export type CommandExecutionRequestApprovalParams = {
  kind: CommandExecutionApprovalKind,
  threadId: string,
  turnId: string,
  itemId: string,
  startedAtMs: number,
  approvalId?: string | null,
  environmentId: string | null,
  reason?: string | null,
  networkApprovalContext?: NetworkApprovalContext | null,
  command?: string | null,
  cwd?: string | null,
  commandActions?: Array<CommandAction> | null,
  proposedNetworkPolicyAmendments?: Array<NetworkPolicyAmendment> | null,
  proposedExecpolicyAmendment?: Array<string> | null,
};
