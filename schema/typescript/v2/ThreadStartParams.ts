// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { Personality } from "../Personality";
import type { SandboxMode } from "./SandboxMode";
import type { ThreadStartSource } from "./ThreadStartSource";
import type { JsonValue } from "../serde_json/JsonValue";

export type ThreadStartParams = {
  model?: string | null,
  modelProvider?: string | null,
  sessionStartSource?: ThreadStartSource | null,
  serviceTier?: string | null,
  cwd?: string | null,
  ephemeral?: boolean | null,
  approvalPolicy?: AskForApproval | null,
  approvalsReviewer?: ApprovalsReviewer | null,
  sandbox?: SandboxMode | null,
  threadSource?: string | null,
  config?: { [key in string]?: JsonValue } | null,
  serviceName?: string | null,
  baseInstructions?: string | null,
  developerInstructions?: string | null,
  personality?: Personality | null,
};
