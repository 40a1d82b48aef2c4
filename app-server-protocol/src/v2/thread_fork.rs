//! Going on from an earlier point: in a new thread, or in the same one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::permission::ActivePermissionProfile;
use super::settings::{ApprovalsReviewer, AskForApproval, MultiAgentMode, SandboxMode, SandboxPolicy};
use super::shared::three_state;
use super::thread::Thread;

/// Which thread is to be the source, how much of it, and settings that differ from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadForkParams {
    /// The source. `path`, if given, is looked at first.
    pub thread_id: String,
    /// The last turn that the new thread has; absent for all. Not together with `beforeTurnId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_turn_id: Option<String>,
    /// The first turn that the new thread does not have. Not together with `lastTurnId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_turn_id: Option<String>,
    /// File that holds the history of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Show the new thread below its source.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attach_to_source: bool,
    /// Do not go on with the goal of the source before the next turn.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub defer_goal_continuation: bool,
    /// Make a thread that predicts what the user says next.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub experimental_prediction_mode: bool,
    /// Without MCP servers in a thread that predicts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub experimental_disable_prediction_mcp: bool,
    /// The model; absent for the one that the source last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Id of the provider that serves the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_provider: Option<String>,
    /// Service tier of the model server: absent as stored, `null` for none.
    #[serde(default, deserialize_with = "three_state", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"), ts(as = "Option<String>"))]
    pub service_tier: Option<Option<String>>,
    /// Working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Folders that belong to the workspace besides the working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_workspace_roots: Option<Vec<String>>,
    /// When a human is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_policy: Option<AskForApproval>,
    /// Who answers approvals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals_reviewer: Option<ApprovalsReviewer>,
    /// What commands may touch. Not together with `permissions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<SandboxMode>,
    /// Id of a permission profile. Not together with `sandbox`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<String>,
    /// Further settings, with the keys of the configuration file; dotted keys are understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Map<String, Value>>,
    /// Instructions in place of the built-in ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_instructions: Option<String>,
    /// Instructions in addition to the built-in ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub developer_instructions: Option<String>,
    /// Store nothing of the new thread.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ephemeral: bool,
    /// What the thread is for, in a word of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_source: Option<String>,
    /// Leave `thread.turns` empty. Recommended: a long history makes a long answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclude_turns: bool,
}

/// The new thread and the settings in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadForkResponse {
    /// The thread, with its turns unless they were excluded.
    pub thread: Thread,
    /// The model.
    pub model: String,
    /// Id of the provider that serves the model.
    pub model_provider: String,
    /// Service tier of the model server; `null` for none.
    pub service_tier: Option<String>,
    /// Vendor plugins that are switched off.
    #[serde(default)]
    pub disabled_plugin_ids: Vec<String>,
    /// Working directory, absolute.
    pub cwd: String,
    /// Folders that belong to the workspace besides the working directory.
    #[serde(default)]
    pub runtime_workspace_roots: Vec<String>,
    /// Files with instructions that were found and are used.
    #[serde(default)]
    pub instruction_sources: Vec<String>,
    /// When a human is asked.
    pub approval_policy: AskForApproval,
    /// Who answers approvals.
    pub approvals_reviewer: ApprovalsReviewer,
    /// What commands may touch.
    pub sandbox: SandboxPolicy,
    /// The permission profile that the sandbox comes from; `null` if it was given otherwise.
    #[serde(default)]
    pub active_permission_profile: Option<ActivePermissionProfile>,
    /// How much the model thinks; `null` for its default.
    pub reasoning_effort: Option<String>,
    /// When the model may start agents of its own.
    #[serde(default)]
    pub multi_agent_mode: MultiAgentMode,
}

/// Takes turns back. Files and whatever else the turns have changed stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadRevertParams {
    /// The thread.
    pub thread_id: String,
    /// The first turn that is taken back; all later ones are, too.
    pub before_turn_id: String,
}

/// The thread as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadRevertResponse {
    /// The thread, without turns.
    pub thread: Thread,
    /// Where to read turns backwards from the end.
    #[serde(default)]
    pub turns_backwards_cursor: Option<String>,
    /// Where to read items backwards from the end.
    #[serde(default)]
    pub items_backwards_cursor: Option<String>,
}

/// Turns of a thread were taken back: those that a client has are to be read again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadRevertedNotification {
    /// The thread.
    pub thread_id: String,
}
