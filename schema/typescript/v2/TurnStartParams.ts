// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { Personality } from "../Personality";
import type { ReasoningSummary } from "../ReasoningSummary";
import type { SandboxPolicy } from "./SandboxPolicy";
import type { TurnToolOutput } from "./TurnToolOutput";
import type { UserInput } from "./UserInput";
import type { JsonValue } from "../serde_json/JsonValue";

export type TurnStartParams = {
  threadId: string,
  disabledPluginIds?: Array<string> | null,
  clientUserMessageId?: string | null,
  input: Array<UserInput>,
  turnTrigger?: string | null,
  parentTurnId?: string | null,
  rootTurnId?: string | null,
  toolOutput?: TurnToolOutput | null,
  serviceTier?: string | null,
  serviceTierForTurn?: string | null,
  effort?: string | null,
  outputSchema?: JsonValue,
  cwd?: string | null,
  personality?: Personality | null,
  approvalPolicy?: AskForApproval | null,
  approvalsReviewer?: ApprovalsReviewer | null,
  sandboxPolicy?: SandboxPolicy | null,
  summary?: ReasoningSummary | null,
  model?: string | null,
};
