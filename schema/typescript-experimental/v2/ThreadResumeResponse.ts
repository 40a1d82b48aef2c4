// Generated from the types of the app server protocol. Do not edit.
import type { ActivePermissionProfile } from "./ActivePermissionProfile";
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { CollaborationMode } from "../CollaborationMode";
import type { MultiAgentMode } from "../MultiAgentMode";
import type { SandboxPolicy } from "./SandboxPolicy";
import type { Thread } from "./Thread";
import type { TurnsPage } from "./TurnsPage";

export type ThreadResumeResponse = {
  thread: Thread,
  model: string,
  modelProvider: string,
  serviceTier: string | null,
  disabledPluginIds: Array<string>,
  cwd: string,
  runtimeWorkspaceRoots: Array<string>,
  instructionSources: Array<string>,
  approvalPolicy: AskForApproval,
  approvalsReviewer: ApprovalsReviewer,
  sandbox: SandboxPolicy,
  activePermissionProfile: ActivePermissionProfile | null,
  reasoningEffort: string | null,
  collaborationMode: CollaborationMode | null,
  multiAgentMode: MultiAgentMode,
  initialTurnsPage: TurnsPage | null,
  turnsBackwardsCursor: string | null,
  itemsBackwardsCursor: string | null,
};
