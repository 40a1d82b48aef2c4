// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { DynamicToolSpec } from "./DynamicToolSpec";
import type { MultiAgentMode } from "../MultiAgentMode";
import type { Personality } from "../Personality";
import type { SandboxMode } from "./SandboxMode";
import type { SelectedCapabilityRoot } from "./SelectedCapabilityRoot";
import type { ThreadHistoryMode } from "./ThreadHistoryMode";
import type { ThreadStartSource } from "./ThreadStartSource";
import type { TurnEnvironmentParams } from "./TurnEnvironmentParams";
import type { JsonValue } from "../serde_json/JsonValue";

/** Settings of a new thread. What is absent comes from the configuration. */
export type ThreadStartParams = {
  /** The model. */
  model?: string | null,
  /** Id of the provider that serves the model. */
  modelProvider?: string | null,
  /** Take the provider's default if it does not have the model. */
  allowProviderModelFallback?: boolean,
  /** Service tier of the model server: absent as configured, `null` for none. */
  serviceTier?: string | null,
  /** Working directory. A relative path is taken from the server's; it need not exist. */
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
  /** Name that metrics are kept under. */
  serviceName?: string | null,
  /** Instructions in place of the built-in ones. */
  baseInstructions?: string | null,
  /** Instructions in addition to the built-in ones. */
  developerInstructions?: string | null,
  /** Tone of the model's messages, where the model supports it. */
  personality?: Personality | null,
  /** When the model may start agents of its own. */
  multiAgentMode?: MultiAgentMode | null,
  /** Store nothing. */
  ephemeral?: boolean | null,
  /** How the history is to be read later. */
  historyMode?: ThreadHistoryMode | null,
  /** Why it is started; only hooks see it. */
  sessionStartSource?: ThreadStartSource | null,
  /** What it is for, in the client's own words. */
  threadSource?: string | null,
  /** The vendor app's project that it belongs to. */
  projectId?: string | null,
  /** A feature of the vendor's app. */
  daybreakEnabled?: boolean | null,
  /** Where commands run. */
  environments?: Array<TurnEnvironmentParams> | null,
  /** Tools that the client carries out. */
  dynamicTools?: Array<DynamicToolSpec> | null,
  /** Folders of skills and plugins that the user has chosen. */
  selectedCapabilityRoots?: Array<SelectedCapabilityRoot> | null,
  /** Does nothing; for trying out the experimental capability. */
  mockExperimentalField?: string | null,
  /** Also send the model's items in their raw form. */
  experimentalRawEvents?: boolean,
};
