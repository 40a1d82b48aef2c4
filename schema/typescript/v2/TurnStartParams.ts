// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { Personality } from "../Personality";
import type { ReasoningSummary } from "../ReasoningSummary";
import type { SandboxPolicy } from "./SandboxPolicy";
import type { TurnToolOutput } from "./TurnToolOutput";
import type { UserInput } from "./UserInput";
import type { JsonValue } from "../serde_json/JsonValue";

/** What the user says, and settings to change with it. Those hold for later turns, too, unless said otherwise. */
export type TurnStartParams = {
  /** The thread. */
  threadId: string,
  /** Vendor plugins that are switched off. */
  disabledPluginIds?: Array<string> | null,
  /** The client's own id for this input; it comes back as `clientId` of the item. */
  clientUserMessageId?: string | null,
  /** What the user says. May be empty. */
  input: Array<UserInput>,
  /** What made the client start the turn, for statistics. */
  turnTrigger?: string | null,
  /** The turn that led to this one. */
  parentTurnId?: string | null,
  /** The turn that this one is a part of. */
  rootTurnId?: string | null,
  /** Output of a tool that the client ran by itself, to give along. */
  toolOutput?: TurnToolOutput | null,
  /** Service tier of the model server: absent as before, `null` for none. */
  serviceTier?: string | null,
  /** Service tier of this turn alone. */
  serviceTierForTurn?: string | null,
  /** How much the model thinks; a word that the model knows. */
  effort?: string | null,
  /** JSON schema that the final message must follow, in this turn alone. */
  outputSchema?: JsonValue,
  /** Working directory. */
  cwd?: string | null,
  /** Tone of the model's messages, where the model supports it. */
  personality?: Personality | null,
  /** When a human is asked. */
  approvalPolicy?: AskForApproval | null,
  /** Who answers approvals. */
  approvalsReviewer?: ApprovalsReviewer | null,
  /** What commands may touch. Not together with `permissions`. */
  sandboxPolicy?: SandboxPolicy | null,
  /** How the model sums up its thinking. */
  summary?: ReasoningSummary | null,
  /** The model. */
  model?: string | null,
};
