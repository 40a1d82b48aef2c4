// Generated from the types of the app server protocol. Do not edit.
import type { ActivePermissionProfile } from "./ActivePermissionProfile";
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { CollaborationMode } from "../CollaborationMode";
import type { MultiAgentMode } from "../MultiAgentMode";
import type { SandboxPolicy } from "./SandboxPolicy";
import type { Thread } from "./Thread";
import type { TurnsPage } from "./TurnsPage";

/** The thread and the settings in force. */
export type ThreadResumeResponse = {
  /** The thread, with its turns unless they were excluded. */
  thread: Thread,
  /** The model. */
  model: string,
  /** Id of the provider that serves the model. */
  modelProvider: string,
  /** Service tier of the model server; `null` for none. */
  serviceTier: string | null,
  /** Vendor plugins that are switched off. */
  disabledPluginIds: Array<string>,
  /** Working directory, absolute. */
  cwd: string,
  /** Folders that belong to the workspace besides the working directory. */
  runtimeWorkspaceRoots: Array<string>,
  /** Files with instructions that were found and are used. */
  instructionSources: Array<string>,
  /** When a human is asked. */
  approvalPolicy: AskForApproval,
  /** Who answers approvals. */
  approvalsReviewer: ApprovalsReviewer,
  /** What commands may touch. */
  sandbox: SandboxPolicy,
  /** The permission profile that the sandbox comes from; `null` if it was given otherwise. */
  activePermissionProfile: ActivePermissionProfile | null,
  /** How much the model thinks; `null` for its default. */
  reasoningEffort: string | null,
  /** The mode of working together; `null` if none was ever set. */
  collaborationMode: CollaborationMode | null,
  /** When the model may start agents of its own. */
  multiAgentMode: MultiAgentMode,
  /** The page of turns, if one was asked for. */
  initialTurnsPage: TurnsPage | null,
  /** Where to read turns backwards from the end. */
  turnsBackwardsCursor: string | null,
  /** Where to read items backwards from the end. */
  itemsBackwardsCursor: string | null,
};
