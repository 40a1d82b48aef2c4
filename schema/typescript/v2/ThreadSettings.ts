// Generated from the types of the app server protocol. Do not edit.
import type { ActivePermissionProfile } from "./ActivePermissionProfile";
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { CollaborationMode } from "../CollaborationMode";
import type { Personality } from "../Personality";
import type { ReasoningSummary } from "../ReasoningSummary";
import type { SandboxPolicy } from "./SandboxPolicy";

/** All settings of a thread's later turns. */
export type ThreadSettings = {
  /** Vendor plugins that are switched off. */
  disabledPluginIds: Array<string>,
  /** Working directory, absolute. */
  cwd: string,
  /** Tone of the model's messages. */
  personality: Personality | null,
  /** When a human is asked. */
  approvalPolicy: AskForApproval,
  /** Who answers approvals. */
  approvalsReviewer: ApprovalsReviewer,
  /** What commands may touch. */
  sandboxPolicy: SandboxPolicy,
  /** The permission profile that the sandbox comes from; `null` if it was given otherwise. */
  activePermissionProfile: ActivePermissionProfile | null,
  /** The model. */
  model: string,
  /** Id of the provider that serves the model. */
  modelProvider: string,
  /** Service tier of the model server; `null` for none. */
  serviceTier: string | null,
  /** How much the model thinks; `null` for its default. */
  effort: string | null,
  /** How the model sums up its thinking. */
  summary: ReasoningSummary | null,
  /** The mode of working together. */
  collaborationMode: CollaborationMode,
};
