// Generated from the types of the app server protocol. Do not edit.
import type { ActivePermissionProfile } from "./ActivePermissionProfile";
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { MultiAgentMode } from "../MultiAgentMode";
import type { SandboxPolicy } from "./SandboxPolicy";
import type { Thread } from "./Thread";

/** The new thread and the settings in force. */
export type ThreadStartResponse = {
  /** The thread; idle and without turns. */
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
  /** When the model may start agents of its own. */
  multiAgentMode: MultiAgentMode,
};
