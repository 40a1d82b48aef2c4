// Generated from the types of the app server protocol. Do not edit.
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AskForApproval } from "./AskForApproval";
import type { Personality } from "../Personality";
import type { SandboxMode } from "./SandboxMode";
import type { ThreadStartSource } from "./ThreadStartSource";
import type { JsonValue } from "../serde_json/JsonValue";

/** Settings of a new thread. What is absent comes from the configuration. */
export type ThreadStartParams = {
  /** The model. */
  model?: string | null,
  /** Id of the provider that serves the model. */
  modelProvider?: string | null,
  /** Why it is started; only hooks see it. */
  sessionStartSource?: ThreadStartSource | null,
  /** Service tier of the model server: absent as configured, `null` for none. */
  serviceTier?: string | null,
  /** Working directory. A relative path is taken from the server's; it need not exist. */
  cwd?: string | null,
  /** Store nothing. */
  ephemeral?: boolean | null,
  /** When a human is asked. */
  approvalPolicy?: AskForApproval | null,
  /** Who answers approvals. */
  approvalsReviewer?: ApprovalsReviewer | null,
  /** What commands may touch. Not together with `permissions`. */
  sandbox?: SandboxMode | null,
  /** What it is for, in the client's own words. */
  threadSource?: string | null,
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
};
