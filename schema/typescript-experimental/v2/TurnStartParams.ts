// Generated from the types of the app server protocol. Do not edit.
import type { AdditionalContextEntry } from "./AdditionalContextEntry";
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { CollaborationMode } from "../CollaborationMode";
import type { CyberAccessProgram } from "./CyberAccessProgram";
import type { MultiAgentMode } from "../MultiAgentMode";
import type { Personality } from "../Personality";
import type { ReasoningSummary } from "../ReasoningSummary";
import type { SandboxPolicy } from "./SandboxPolicy";
import type { TurnEnvironmentParams } from "./TurnEnvironmentParams";
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
  responsesapiClientMetadata?: { [key in string]?: string } | null,
  responsesapiClientMetadataPatch?: { [key in string]?: string } | null,
  additionalContext?: { [key in string]?: AdditionalContextEntry } | null,
  environments?: Array<TurnEnvironmentParams> | null,
  cwd?: string | null,
  runtimeWorkspaceRoots?: Array<string> | null,
  approvalPolicy?: AskForApproval | null,
  approvalsReviewer?: ApprovalsReviewer | null,
  sandboxPolicy?: SandboxPolicy | null,
  permissions?: string | null,
  model?: string | null,
  serviceTier?: string | null,
  serviceTierForTurn?: string | null,
  effort?: string | null,
  summary?: ReasoningSummary | null,
  personality?: Personality | null,
  outputSchema?: JsonValue,
  collaborationMode?: CollaborationMode | null,
  multiAgentMode?: MultiAgentMode | null,
  cyberAccessProgram?: CyberAccessProgram | null,
};
