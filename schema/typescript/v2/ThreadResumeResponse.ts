// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { CollaborationMode } from "../CollaborationMode";
import type { SandboxPolicy } from "./SandboxPolicy";
import type { Thread } from "./Thread";

export type ThreadResumeResponse = {
  thread: Thread,
  model: string,
  modelProvider: string,
  serviceTier: string | null,
  disabledPluginIds: Array<string>,
  cwd: string,
  itemsBackwardsCursor: string | null,
  instructionSources: Array<string>,
  approvalPolicy: AskForApproval,
  approvalsReviewer: ApprovalsReviewer,
  sandbox: SandboxPolicy,
  turnsBackwardsCursor: string | null,
  reasoningEffort: string | null,
  collaborationMode: CollaborationMode | null,
};
