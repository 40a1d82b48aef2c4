//! What governs the turns of a thread: approvals, sandbox, model behaviour. The same types serve requests,
//! results and the notification about a change.

use serde::{Deserialize, Serialize};

use super::permission::ActivePermissionProfile;
use super::thread::ThreadEnvironment;

/// When a human is asked before a command runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum AskForApproval {
    /// Before every command that is not known to only read.
    Untrusted,
    /// When the model asks for more than the sandbox allows.
    OnRequest,
    /// Never: what the sandbox forbids fails.
    Never,
    /// By kind of question. What is off is refused without asking.
    Granular {
        /// Commands that need more than the sandbox allows.
        sandbox_approval: bool,
        /// Commands for which a rule says to ask.
        rules: bool,
        /// Scripts of skills.
        #[serde(default)]
        skill_approval: bool,
        /// Permissions that the model asks for.
        #[serde(default)]
        request_permissions: bool,
        /// Questions of MCP servers.
        mcp_elicitations: bool,
    },
}

/// Who answers approvals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ApprovalsReviewer {
    /// The client, and so its user.
    User,
    /// An automatic reviewer.
    AutoReview,
    /// The automatic reviewer by its older name.
    GuardianSubagent,
}

/// What commands may touch, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum SandboxMode {
    ReadOnly,
    WorkspaceWrite,
    DangerFullAccess,
}

/// What commands may touch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SandboxPolicy {
    /// Everything.
    DangerFullAccess,
    /// Read everything that is not protected, write nothing.
    ReadOnly {
        /// Whether commands may use the network.
        #[serde(default)]
        network_access: bool,
    },
    /// Everything: somebody else confines the server.
    ExternalSandbox {
        /// Whether the network can be reached.
        #[serde(default)]
        network_access: NetworkAccess,
    },
    /// Also write below the working directory and in temporary folders.
    WorkspaceWrite {
        /// Further folders that may be written, absolute.
        #[serde(default)]
        writable_roots: Vec<String>,
        /// Whether commands may use the network.
        #[serde(default)]
        network_access: bool,
        /// Do not let commands write to `$TMPDIR`.
        #[serde(default)]
        exclude_tmpdir_env_var: bool,
        /// Do not let commands write to `/tmp`.
        #[serde(default)]
        exclude_slash_tmp: bool,
    },
}

/// Whether the network can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum NetworkAccess {
    #[default]
    Restricted,
    Enabled,
}

/// Tone of a model's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Personality {
    None,
    Friendly,
    Pragmatic,
}

/// How a model sums up its thinking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ReasoningSummary {
    Auto,
    Concise,
    Detailed,
    None,
}

/// How user and model work together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CollaborationMode {
    /// The mode.
    pub mode: ModeKind,
    /// Settings that hold in this mode.
    pub settings: Settings,
}

/// A mode of working together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ModeKind {
    /// The model makes a plan and changes nothing.
    Plan,
    /// The model does what it is asked.
    #[serde(alias = "code", alias = "custom", alias = "execute", alias = "pair_programming")]
    Default,
}

/// Settings that hold in a mode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct Settings {
    /// The model.
    pub model: String,
    /// How much it thinks; `null` for its default.
    pub reasoning_effort: Option<String>,
    /// Instructions for this mode; `null` for the built-in ones.
    pub developer_instructions: Option<String>,
}

/// When a model may start agents of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum MultiAgentMode {
    /// When the user asks for it.
    #[default]
    ExplicitRequestOnly,
    /// When it thinks it useful.
    Proactive,
    /// As these instructions say.
    Custom(String),
}

/// All settings of a thread's later turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSettings {
    /// Vendor plugins that are switched off.
    #[serde(default)]
    pub disabled_plugin_ids: Vec<String>,
    /// Working directory, absolute.
    pub cwd: String,
    /// Where commands run.
    #[serde(default)]
    pub environments: Option<Vec<ThreadEnvironment>>,
    /// When a human is asked.
    pub approval_policy: AskForApproval,
    /// Who answers approvals.
    pub approvals_reviewer: ApprovalsReviewer,
    /// What commands may touch.
    pub sandbox_policy: SandboxPolicy,
    /// The permission profile that the sandbox comes from; `null` if it was given otherwise.
    pub active_permission_profile: Option<ActivePermissionProfile>,
    /// The model.
    pub model: String,
    /// Id of the provider that serves the model.
    pub model_provider: String,
    /// Service tier of the model server; `null` for none.
    pub service_tier: Option<String>,
    /// How much the model thinks; `null` for its default.
    pub effort: Option<String>,
    /// How the model sums up its thinking.
    pub summary: Option<ReasoningSummary>,
    /// The mode of working together.
    pub collaboration_mode: CollaborationMode,
    /// When the model may start agents of its own.
    #[serde(default)]
    pub multi_agent_mode: MultiAgentMode,
    /// Tone of the model's messages.
    pub personality: Option<Personality>,
}

/// The settings of a thread's later turns have changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSettingsUpdatedNotification {
    /// The thread.
    pub thread_id: String,
    /// All of them, as they are now.
    pub thread_settings: ThreadSettings,
}
