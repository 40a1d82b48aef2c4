//! Starting and resuming threads: settings to begin with, and the settings in force that come back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::input::TurnEnvironmentParams;
use super::permission::ActivePermissionProfile;
use super::response_item::ResponseItem;
use super::settings::{
    ApprovalsReviewer, AskForApproval, CollaborationMode, MultiAgentMode, Personality, SandboxMode,
    SandboxPolicy,
};
use super::shared::{SortDirection, three_state};
use super::thread::{Thread, ThreadHistoryMode};
use super::turn::{Turn, TurnItemsView};

/// Settings of a new thread. What is absent comes from the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadStartParams {
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Id of the provider that serves the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_provider: Option<String>,
    /// Take the provider's default if it does not have the model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_provider_model_fallback: bool,
    /// Service tier of the model server: absent as configured, `null` for none.
    #[serde(default, deserialize_with = "three_state", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"), ts(as = "Option<String>"))]
    pub service_tier: Option<Option<String>>,
    /// Working directory. A relative path is taken from the server's; it need not exist.
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
    /// Name that metrics are kept under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// Instructions in place of the built-in ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_instructions: Option<String>,
    /// Instructions in addition to the built-in ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub developer_instructions: Option<String>,
    /// Tone of the model's messages, where the model supports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personality: Option<Personality>,
    /// When the model may start agents of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_agent_mode: Option<MultiAgentMode>,
    /// Store nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<bool>,
    /// How the history is to be read later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history_mode: Option<ThreadHistoryMode>,
    /// Why it is started; only hooks see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_start_source: Option<ThreadStartSource>,
    /// What it is for, in the client's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_source: Option<String>,
    /// The vendor app's project that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// A feature of the vendor's app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daybreak_enabled: Option<bool>,
    /// Where commands run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<TurnEnvironmentParams>>,
    /// Tools that the client carries out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dynamic_tools: Option<Vec<DynamicToolSpec>>,
    /// Folders of skills and plugins that the user has chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected_capability_roots: Option<Vec<SelectedCapabilityRoot>>,
    /// Does nothing; for trying out the experimental capability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mock_experimental_field: Option<String>,
    /// Also send the model's items in their raw form.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub experimental_raw_events: bool,
}

/// The new thread and the settings in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadStartResponse {
    /// The thread; idle and without turns.
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

/// Why a thread is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ThreadStartSource {
    /// The program starts.
    Startup,
    /// The user wants an empty conversation.
    Clear,
}

/// Which thread, and settings that differ from the stored ones. If the thread is loaded already, it
/// is joined as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadResumeParams {
    /// The thread. `history` and `path`, if given, are looked at first.
    pub thread_id: String,
    /// A history to begin with, in place of the stored one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<ResponseItem>>,
    /// File that holds the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The model; absent for the one it last used.
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
    /// Tone of the model's messages, where the model supports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personality: Option<Personality>,
    /// Leave `thread.turns` empty. Recommended: a long history makes a long answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclude_turns: bool,
    /// Give a page of turns with the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_turns_page: Option<ThreadResumeInitialTurnsPageParams>,
}

/// The thread and the settings in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadResumeResponse {
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
    /// The mode of working together; `null` if none was ever set.
    pub collaboration_mode: Option<CollaborationMode>,
    /// When the model may start agents of its own.
    #[serde(default)]
    pub multi_agent_mode: MultiAgentMode,
    /// The page of turns, if one was asked for.
    #[serde(default)]
    pub initial_turns_page: Option<TurnsPage>,
    /// Where to read turns backwards from the end.
    #[serde(default)]
    pub turns_backwards_cursor: Option<String>,
    /// Where to read items backwards from the end.
    #[serde(default)]
    pub items_backwards_cursor: Option<String>,
}

/// Which page of turns to give.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadResumeInitialTurnsPageParams {
    /// How many turns at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Which end comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<SortDirection>,
    /// How much of each turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_view: Option<TurnItemsView>,
}

/// A page of turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TurnsPage {
    /// The turns.
    pub data: Vec<Turn>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
    /// Where to read on in the other direction, beginning with the first entry of this page again.
    pub backwards_cursor: Option<String>,
}

/// A folder of skills and plugins that the user has chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SelectedCapabilityRoot {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub location: CapabilityRootLocation,
}

/// Where a folder of skills and plugins is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CapabilityRootLocation {
    /// In an environment.
    Environment {
        /// The environment.
        environment_id: String,
        /// Path there.
        path: String,
    },
}

/// A tool that the client carries out, or a group of such tools.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DynamicToolSpec {
    /// One tool.
    Function {
        /// Do not show it to the model until it searches for it.
        #[serde(default)]
        defer_loading: bool,
        /// What it does, for the model.
        description: String,
        /// JSON schema of its arguments.
        input_schema: Value,
        /// Its name.
        name: String,
    },
    /// A group.
    Namespace {
        /// What the group is about, for the model.
        description: String,
        /// Name of the group.
        name: String,
        /// The tools in it.
        tools: Vec<DynamicToolNamespaceTool>,
    },
}

/// A tool in a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DynamicToolNamespaceTool {
    /// One tool.
    Function {
        /// Do not show it to the model until it searches for it.
        #[serde(default)]
        defer_loading: bool,
        /// What it does, for the model.
        description: String,
        /// JSON schema of its arguments.
        input_schema: Value,
        /// Its name.
        name: String,
    },
}

/// Clients of 2025 send no `type` and name the group beside the tool.
impl<'de> Deserialize<'de> for DynamicToolSpec {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Clone, Copy, Deserialize)]
        #[serde(rename_all = "camelCase")]
        enum Kind {
            Function,
            Namespace,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Raw {
            r#type: Option<Kind>,
            name: String,
            description: String,
            namespace: Option<String>,
            #[serde(default)]
            defer_loading: bool,
            #[serde(default, deserialize_with = "some")]
            input_schema: Option<Value>,
            tools: Option<Vec<DynamicToolNamespaceTool>>,
        }
        let raw = Raw::deserialize(deserializer)?;
        let Raw { name, description, defer_loading, .. } = raw;
        if let Some(Kind::Namespace) = raw.r#type {
            let tools = raw.tools.ok_or_else(|| serde::de::Error::missing_field("tools"))?;
            return Ok(Self::Namespace { description, name, tools });
        }
        let input_schema = raw.input_schema.ok_or_else(|| serde::de::Error::missing_field("inputSchema"))?;
        Ok(match raw.namespace {
            Some(namespace) => Self::Namespace {
                description: String::new(),
                name: namespace,
                tools: vec![DynamicToolNamespaceTool::Function {
                    defer_loading,
                    description,
                    input_schema,
                    name,
                }],
            },
            None => Self::Function { defer_loading, description, input_schema, name },
        })
    }
}

/// A value that is there, also if it is `null`.
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let read: Result<DynamicToolSpec, _> = serde_json::from_str(text);
        expected.assert_eq(
            &read.map_or_else(|error| error.to_string(), |tool| serde_json::to_string(&tool).unwrap()),
        );
    }

    #[test]
    fn tools_of_all_times_are_read() {
        check(
            r#"{"type":"function","name":"a","description":"d","inputSchema":{}}"#,
            expect![[
                r#"{"type":"function","deferLoading":false,"description":"d","inputSchema":{},"name":"a"}"#
            ]],
        );
        check(
            r#"{"name":"a","description":"d","inputSchema":null}"#,
            expect![[
                r#"{"type":"function","deferLoading":false,"description":"d","inputSchema":null,"name":"a"}"#
            ]],
        );
        check(
            r#"{"namespace":"n","name":"a","description":"d","inputSchema":{},"deferLoading":true}"#,
            expect![[
                r#"{"type":"namespace","description":"","name":"n","tools":[{"type":"function","deferLoading":true,"description":"d","inputSchema":{},"name":"a"}]}"#
            ]],
        );
        check(
            r#"{"type":"namespace","name":"n","description":"d","tools":[{"type":"function","name":"a","description":"d","inputSchema":{}}]}"#,
            expect![[
                r#"{"type":"namespace","description":"d","name":"n","tools":[{"type":"function","deferLoading":false,"description":"d","inputSchema":{},"name":"a"}]}"#
            ]],
        );
        check(r#"{"name":"a","description":"d"}"#, expect!["missing field `inputSchema`"]);
        check(r#"{"type":"namespace","name":"a","description":"d"}"#, expect!["missing field `tools`"]);
        check(
            r#"{"type":"x","name":"a","description":"d"}"#,
            expect!["unknown variant `x`, expected `function` or `namespace` at line 1 column 11"],
        );
    }
}
