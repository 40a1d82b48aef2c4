// Generated from the types of the app server protocol. Do not edit.
import type { AnalyticsConfig } from "./AnalyticsConfig";
import type { ApprovalsReviewer } from "./ApprovalsReviewer";
import type { AppsConfig } from "./AppsConfig";
import type { AskForApproval } from "./AskForApproval";
import type { AutoCompactTokenLimitScope } from "../AutoCompactTokenLimitScope";
import type { BrowserUseConfig } from "./BrowserUseConfig";
import type { ComputerUseConfig } from "./ComputerUseConfig";
import type { ForcedChatgptWorkspaceIds } from "./ForcedChatgptWorkspaceIds";
import type { ForcedLoginMethod } from "../ForcedLoginMethod";
import type { ReasoningSummary } from "../ReasoningSummary";
import type { SandboxMode } from "./SandboxMode";
import type { SandboxWorkspaceWrite } from "./SandboxWorkspaceWrite";
import type { ToolsConfig } from "./ToolsConfig";
import type { Verbosity } from "../Verbosity";
import type { WebSearchMode } from "../WebSearchMode";
import type { WebSearchProvider } from "../WebSearchProvider";
import type { JsonValue } from "../serde_json/JsonValue";

/** The values in force, with the names of the configuration file. What is not set is `null`. */
export type Config = {
  /** The model of new threads. */
  model: string | null,
  /** The model of reviews. */
  review_model: string | null,
  /** Size of the model's context in tokens, where the catalog does not know it. */
  model_context_window: number | null,
  /** Number of tokens at which the history is compacted. */
  model_auto_compact_token_limit: number | null,
  /** What that number counts. */
  model_auto_compact_token_limit_scope: AutoCompactTokenLimitScope | null,
  /** Id of the provider that serves the model. */
  model_provider: string | null,
  /** When a human is asked. */
  approval_policy: AskForApproval | null,
  /** Who answers approvals. */
  approvals_reviewer: ApprovalsReviewer | null,
  /** What commands may touch. */
  sandbox_mode: SandboxMode | null,
  /** Details of the mode `workspace-write`. */
  sandbox_workspace_write: SandboxWorkspaceWrite | null,
  /** Workspaces that a ChatGPT login must belong to. */
  forced_chatgpt_workspace_id: ForcedChatgptWorkspaceIds | null,
  /** The only kind of login that is allowed. */
  forced_login_method: ForcedLoginMethod | null,
  /** Whether and how the model searches the web. */
  web_search: WebSearchMode | null,
  /** What carries out searches for the model. */
  client_search_provider: WebSearchProvider | null,
  /** Settings of single tools. */
  tools: ToolsConfig | null,
  /** Instructions in place of the built-in ones. */
  instructions: string | null,
  /** Instructions in addition to the built-in ones. */
  developer_instructions: string | null,
  /** What the model is told when it compacts the history. */
  compact_prompt: string | null,
  /** How much the model thinks. */
  model_reasoning_effort: string | null,
  /** How the model sums up its thinking. */
  model_reasoning_summary: ReasoningSummary | null,
  /** How much the model writes. */
  model_verbosity: Verbosity | null,
  /** Service tier of the model server. */
  service_tier: string | null,
  /** Usage statistics for the vendor. */
  analytics: AnalyticsConfig | null,
  /** Connectors to the vendor's apps. */
  apps: AppsConfig | null,
  /** What the vendor's browser tool may do. */
  browser_use: BrowserUseConfig | null,
  /** What the vendor's desktop tool may do. */
  computer_use: ComputerUseConfig | null,
  /** Settings of the vendor's desktop app, passed through. */
  desktop: { [key in string]?: JsonValue } | null,
} & { [key in string]?: JsonValue };
