// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { CollaborationMode } from "../CollaborationMode";
import type { SandboxPolicy } from "./SandboxPolicy";
import type { Thread } from "./Thread";

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
  /** Where to read items backwards from the end. */
  itemsBackwardsCursor: string | null,
  /** Files with instructions that were found and are used. */
  instructionSources: Array<string>,
  /** When a human is asked. */
  approvalPolicy: AskForApproval,
  /** Who answers approvals. */
  approvalsReviewer: ApprovalsReviewer,
  /** What commands may touch. */
  sandbox: SandboxPolicy,
  /** Where to read turns backwards from the end. */
  turnsBackwardsCursor: string | null,
  /** How much the model thinks; `null` for its default. */
  reasoningEffort: string | null,
  /** The mode of working together; `null` if none was ever set. */
  collaborationMode: CollaborationMode | null,
};
