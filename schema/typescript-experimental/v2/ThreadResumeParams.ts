// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { Personality } from "../Personality";
import type { ResponseItem } from "../ResponseItem";
import type { SandboxMode } from "./SandboxMode";
import type { ThreadResumeInitialTurnsPageParams } from "./ThreadResumeInitialTurnsPageParams";
import type { JsonValue } from "../serde_json/JsonValue";

export type ThreadResumeParams = {
  threadId: string,
  history?: Array<ResponseItem> | null,
  path?: string | null,
  model?: string | null,
  modelProvider?: string | null,
  serviceTier?: string | null,
  cwd?: string | null,
  runtimeWorkspaceRoots?: Array<string> | null,
  approvalPolicy?: AskForApproval | null,
  approvalsReviewer?: ApprovalsReviewer | null,
  sandbox?: SandboxMode | null,
  permissions?: string | null,
  config?: { [key in string]?: JsonValue } | null,
  baseInstructions?: string | null,
  developerInstructions?: string | null,
  personality?: Personality | null,
  excludeTurns?: boolean,
  initialTurnsPage?: ThreadResumeInitialTurnsPageParams | null,
};
