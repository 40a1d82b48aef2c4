// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { Personality } from "../Personality";
import type { ResponseItem } from "../ResponseItem";
import type { SandboxMode } from "./SandboxMode";
import type { ThreadResumeInitialTurnsPageParams } from "./ThreadResumeInitialTurnsPageParams";
import type { JsonValue } from "../serde_json/JsonValue";

/** Which thread, and settings that differ from the stored ones. If the thread is loaded already, it is joined as it is. */
export type ThreadResumeParams = {
  /** The thread. `history` and `path`, if given, are looked at first. */
  threadId: string,
  /** A history to begin with, in place of the stored one. */
  history?: Array<ResponseItem> | null,
  /** File that holds the history. */
  path?: string | null,
  /** The model; absent for the one it last used. */
  model?: string | null,
  /** Id of the provider that serves the model. */
  modelProvider?: string | null,
  /** Service tier of the model server: absent as stored, `null` for none. */
  serviceTier?: string | null,
  /** Working directory. */
  cwd?: string | null,
  /** Folders that belong to the workspace besides the working directory. */
  runtimeWorkspaceRoots?: Array<string> | null,
  /** When a human is asked. */
  approvalPolicy?: AskForApproval | null,
  /** Who answers approvals. */
  approvalsReviewer?: ApprovalsReviewer | null,
  /** What commands may touch. Not together with `permissions`. */
  sandbox?: SandboxMode | null,
  /** Id of a permission profile. Not together with `sandbox`. */
  permissions?: string | null,
  /** Further settings, with the keys of the configuration file; dotted keys are understood. */
  config?: { [key in string]?: JsonValue } | null,
  /** Instructions in place of the built-in ones. */
  baseInstructions?: string | null,
  /** Instructions in addition to the built-in ones. */
  developerInstructions?: string | null,
  /** Tone of the model's messages, where the model supports it. */
  personality?: Personality | null,
  /** Leave `thread.turns` empty. Recommended: a long history makes a long answer. */
  excludeTurns?: boolean,
  /** Give a page of turns with the answer. */
  initialTurnsPage?: ThreadResumeInitialTurnsPageParams | null,
};
