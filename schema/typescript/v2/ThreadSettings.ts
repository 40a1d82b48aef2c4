// Generated from the types of the app server protocol. Do not edit.
import type { ActivePermissionProfile } from "./ActivePermissionProfile";
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { CollaborationMode } from "../CollaborationMode";
import type { Personality } from "../Personality";
import type { ReasoningSummary } from "../ReasoningSummary";
import type { SandboxPolicy } from "./SandboxPolicy";

export type ThreadSettings = {
  disabledPluginIds: Array<string>,
  cwd: string,
  personality: Personality | null,
  approvalPolicy: AskForApproval,
  approvalsReviewer: ApprovalsReviewer,
  sandboxPolicy: SandboxPolicy,
  activePermissionProfile: ActivePermissionProfile | null,
  model: string,
  modelProvider: string,
  serviceTier: string | null,
  effort: string | null,
  summary: ReasoningSummary | null,
  collaborationMode: CollaborationMode,
};
