//! Reading the configuration: the effective values with the spelling of the configuration file, where each
//! comes from, and the layers they were merged from. Values of the vendor's apps stand in `config_apps`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::config_apps::{AppsConfig, BrowserUseConfig, ComputerUseConfig};
use super::settings::{ApprovalsReviewer, AskForApproval, ReasoningSummary, SandboxMode};

/// Asks for the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigReadParams {
    /// Also give the layers it is merged from.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_layers: bool,
    /// Folder whose project configuration counts as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
}

/// The configuration and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigReadResponse {
    /// The values in force.
    pub config: Config,
    /// For each key that is set, by its dotted path, the layer that set it.
    pub origins: BTreeMap<String, ConfigLayerMetadata>,
    /// The layers, the strongest first; absent unless asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<ConfigLayer>>,
}

/// One source of configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigLayer {
    /// Which source.
    pub name: ConfigLayerSource,
    /// A hash of its content, to notice changes by.
    pub version: String,
    /// What it says.
    pub config: Value,
    /// Why it does not count; absent when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
}

/// Points to a source of configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigLayerMetadata {
    /// Which source.
    pub name: ConfigLayerSource,
    /// A hash of its content, to notice changes by.
    pub version: String,
}

/// A source of configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ConfigLayerSource {
    /// Defaults that came with the installation.
    PackagedDefaults {
        /// Path of the file.
        file: String,
    },
    /// Settings of a managed device.
    Mdm {
        /// Preference domain.
        domain: String,
        /// Key in that domain.
        key: String,
    },
    /// The file for all users of the machine.
    System {
        /// Path of the file.
        file: String,
    },
    /// Settings of the user's organisation.
    EnterpriseManaged {
        /// Id of the settings.
        id: String,
        /// Name of the settings.
        name: String,
    },
    /// The user's own file.
    User {
        /// Path of the file.
        file: String,
        /// The profile in it that is chosen.
        profile: Option<String>,
    },
    /// The file of a project.
    Project {
        /// The folder it lies in.
        dot_codex_folder: String,
    },
    /// The command line.
    SessionFlags,
    /// An administrator's file of the older form.
    LegacyManagedConfigTomlFromFile {
        /// Path of the file.
        file: String,
    },
    /// An administrator's settings of the older form, on a managed device.
    LegacyManagedConfigTomlFromMdm,
}

/// The values in force, with the names of the configuration file. What is not set is `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Config {
    /// The model of new threads.
    pub model: Option<String>,
    /// The model of reviews.
    pub review_model: Option<String>,
    /// Size of the model's context in tokens, where the catalog does not know it.
    pub model_context_window: Option<i64>,
    /// Number of tokens at which the history is compacted.
    pub model_auto_compact_token_limit: Option<i64>,
    /// What that number counts.
    pub model_auto_compact_token_limit_scope: Option<AutoCompactTokenLimitScope>,
    /// Id of the provider that serves the model.
    pub model_provider: Option<String>,
    /// When a human is asked.
    pub approval_policy: Option<AskForApproval>,
    /// Who answers approvals.
    pub approvals_reviewer: Option<ApprovalsReviewer>,
    /// What commands may touch.
    pub sandbox_mode: Option<SandboxMode>,
    /// Details of the mode `workspace-write`.
    pub sandbox_workspace_write: Option<SandboxWorkspaceWrite>,
    /// Workspaces that a ChatGPT login must belong to.
    pub forced_chatgpt_workspace_id: Option<ForcedChatgptWorkspaceIds>,
    /// The only kind of login that is allowed.
    pub forced_login_method: Option<ForcedLoginMethod>,
    /// Whether and how the model searches the web.
    pub web_search: Option<WebSearchMode>,
    /// What carries out searches for the model.
    pub client_search_provider: Option<WebSearchProvider>,
    /// Settings of single tools.
    pub tools: Option<ToolsConfig>,
    /// Instructions in place of the built-in ones.
    pub instructions: Option<String>,
    /// Instructions in addition to the built-in ones.
    pub developer_instructions: Option<String>,
    /// What the model is told when it compacts the history.
    pub compact_prompt: Option<String>,
    /// How much the model thinks.
    pub model_reasoning_effort: Option<String>,
    /// How the model sums up its thinking.
    pub model_reasoning_summary: Option<ReasoningSummary>,
    /// How much the model writes.
    pub model_verbosity: Option<Verbosity>,
    /// Service tier of the model server.
    pub service_tier: Option<String>,
    /// Usage statistics for the vendor.
    pub analytics: Option<AnalyticsConfig>,
    /// Connectors to the vendor's apps.
    #[serde(default)]
    pub apps: Option<AppsConfig>,
    /// What the vendor's browser tool may do.
    pub browser_use: Option<BrowserUseConfig>,
    /// What the vendor's desktop tool may do.
    pub computer_use: Option<ComputerUseConfig>,
    /// Settings of the vendor's desktop app, passed through.
    pub desktop: Option<Map<String, Value>>,
    /// Everything else in the file, under its own keys.
    #[serde(flatten)]
    pub additional: Map<String, Value>,
}

/// Details of the mode `workspace-write`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct SandboxWorkspaceWrite {
    /// Folders that may be written besides the working directory.
    #[serde(default)]
    pub writable_roots: Vec<String>,
    /// Whether commands may use the network.
    #[serde(default)]
    pub network_access: bool,
    /// Do not let commands write to `$TMPDIR`.
    #[serde(default)]
    pub exclude_tmpdir_env_var: bool,
    /// Do not let commands write to `/tmp`.
    #[serde(default)]
    pub exclude_slash_tmp: bool,
}

/// Usage statistics for the vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AnalyticsConfig {
    /// Whether they are sent.
    pub enabled: Option<bool>,
    /// Everything else in this table.
    #[serde(flatten)]
    pub additional: Map<String, Value>,
}

/// One workspace or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(untagged, expecting = "expected an id or a list of ids")]
pub enum ForcedChatgptWorkspaceIds {
    /// The one workspace.
    One(String),
    /// Any of these.
    Many(Vec<String>),
}

/// A kind of login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ForcedLoginMethod {
    Chatgpt,
    Api,
}

/// What counts towards the limit at which the history is compacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AutoCompactTokenLimitScope {
    Total,
    BodyAfterPrefix,
}

/// How much the model writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Verbosity {
    Low,
    Medium,
    High,
}

/// Settings of single tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ToolsConfig {
    /// The search of the web.
    pub web_search: Option<WebSearchToolConfig>,
}

/// Whether and how the model searches the web.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum WebSearchMode {
    Disabled,
    Cached,
    Indexed,
    Live,
}

/// What carries out a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WebSearchProvider {
    Standalone,
    SearchMcp,
}

/// Settings of the search of the web.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct WebSearchToolConfig {
    /// How much of what it finds the model gets to read.
    pub context_size: Option<WebSearchContextSize>,
    /// The only domains to search.
    pub allowed_domains: Option<Vec<String>>,
    /// Where the user is, for local answers.
    pub location: Option<WebSearchLocation>,
}

/// How much of what a search finds the model gets to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum WebSearchContextSize {
    Low,
    Medium,
    High,
}

/// Where a user is, roughly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WebSearchLocation {
    /// Country, by its two-letter code.
    pub country: Option<String>,
    /// Region or state.
    pub region: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Time zone by its IANA name.
    pub timezone: Option<String>,
}
