// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalPermissionProfile } from "./AdditionalPermissionProfile";
import type { CommandAction } from "./CommandAction";
import type { CommandExecutionApprovalDecision } from "./CommandExecutionApprovalDecision";
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
  additionalPermissions?: AdditionalPermissionProfile | null,
  proposedExecpolicyAmendment?: Array<string> | null,
  proposedNetworkPolicyAmendments?: Array<NetworkPolicyAmendment> | null,
  availableDecisions?: Array<CommandExecutionApprovalDecision> | null,
};
