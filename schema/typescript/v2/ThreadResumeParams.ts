// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { Personality } from "../Personality";
import type { SandboxMode } from "./SandboxMode";
import type { JsonValue } from "../serde_json/JsonValue";

export type ThreadResumeParams = {
  threadId: string,
  baseInstructions?: string | null,
  excludeTurns?: boolean,
  model?: string | null,
  modelProvider?: string | null,
  serviceTier?: string | null,
  cwd?: string | null,
  personality?: Personality | null,
  approvalPolicy?: AskForApproval | null,
  approvalsReviewer?: ApprovalsReviewer | null,
  sandbox?: SandboxMode | null,
  developerInstructions?: string | null,
  config?: { [key in string]?: JsonValue } | null,
};
