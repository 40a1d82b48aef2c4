//! The settings as written: every key that means something here, typed.
//!
//! The list below is the one place that names a key, its type and what it does. Each key is read by
//! itself, so that one wrong value costs one setting and is reported with its path; in tables of named
//! entries (providers, projects, features) each entry is. Unknown keys are left alone.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use codex_protocol::policy::{AskForApproval, ReasoningEffort, ReasoningSummary, Verbosity};
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use toml::{Table, Value};

use super::login::{CredentialsStore, ForcedMethod, ForcedWorkspaces};
use super::otel::OtelSettings;
use super::permissions::{ProjectSettings, SandboxMode, WorkspaceWriteSettings};
use super::profiles::ProfileSettings;
use super::provider::ModelProviderInfo;
use super::shell_env::ShellEnvironmentPolicy;
use super::skills::SkillSettings;
use super::tools::{ToolSettings, WebSearchMode};

/// `[history]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistorySettings {
    pub persistence: HistoryPersistence,
    pub max_bytes: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryPersistence {
    #[default]
    SaveAll,
    None,
}

/// A switch. Some of the public codex are tables of details, which count by their `enabled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch(pub bool);

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SwitchVisitor)
    }
}

struct SwitchVisitor;

impl<'de> Visitor<'de> for SwitchVisitor {
    type Value = Switch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean")
    }

    fn visit_bool<E>(self, on: bool) -> Result<Switch, E> {
        Ok(Switch(on))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Switch, A::Error> {
        let mut on = true;
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if key == "enabled" {
                on = value.as_bool().unwrap_or(on);
            }
        }
        Ok(Switch(on))
    }
}

/// A key and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: &'static str,
    pub about: &'static str,
}

/// A value that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongValue {
    pub path: Vec<String>,
    pub message: String,
    pub remedy: Option<String>,
}

impl WrongValue {
    pub fn new(path: &[&str], message: impl Into<String>) -> Self {
        Self {
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            message: message.into(),
            remedy: None,
        }
    }

    pub fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

macro_rules! settings {
    (
        values { $( #[doc = $about:literal] $name:ident: $type:ty, )* }
        tables { $( #[doc = $table_about:literal] $table:ident: $entry:ty, )* }
    ) => {
        /// All settings that are set.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct ConfigToml {
            $( #[doc = $about] pub $name: Option<$type>, )*
            $( #[doc = $table_about] pub $table: BTreeMap<String, $entry>, )*
        }

        /// Every key that means something here.
        pub const KEYS: &[Key] = &[
            $( Key { name: stringify!($name), about: $about }, )*
            $( Key { name: stringify!($table), about: $table_about }, )*
        ];

        impl ConfigToml {
            /// What can be used of a document, and what cannot.
            pub fn read(mut document: Table) -> (Self, Vec<WrongValue>) {
                let mut wrong = Vec::new();
                let settings = Self {
                    $( $name: read_value(document.remove(stringify!($name)), stringify!($name), &mut wrong), )*
                    $( $table: read_table(document.remove(stringify!($table)), stringify!($table), &mut wrong), )*
                };
                (settings, wrong)
            }
        }
    };
}

settings! {
    values {
        /// The model to ask.
        model: String,
        /// The model that reviews changes.
        review_model: String,
        /// The id of the provider that serves the model.
        model_provider: String,
        /// The size of the model's context in tokens.
        model_context_window: u64,
        /// The most tokens that one answer of the model can have, where its server wants to be told.
        model_max_output_tokens: u64,
        /// A JSON file that describes models, in the form of the public codex.
        model_catalog_json: PathBuf,
        /// Whether the model takes requests about its reasoning, though it is not known for that.
        model_supports_reasoning_summaries: bool,
        /// The number of tokens at which history is compacted.
        model_auto_compact_token_limit: u64,
        /// How much the model thinks, in the model's own words.
        model_reasoning_effort: ReasoningEffort,
        /// How the model sums up its thoughts: auto, concise, detailed or none.
        model_reasoning_summary: ReasoningSummary,
        /// How long answers are: low, medium or high.
        model_verbosity: Verbosity,
        /// The speed that is asked of the provider.
        service_tier: String,
        /// When a human is asked: untrusted, on-request, never, or a table `granular`.
        approval_policy: AskForApproval,
        /// What commands may touch: read-only, workspace-write or danger-full-access.
        sandbox_mode: SandboxMode,
        /// The knobs of workspace-write.
        sandbox_workspace_write: WorkspaceWriteSettings,
        /// Paths that commands in the sandbox cannot read.
        sandbox_unreadable_paths: Vec<PathBuf>,
        /// The permission profile to begin with, instead of a sandbox mode.
        default_permissions: String,
        /// Which variables commands see.
        shell_environment_policy: ShellEnvironmentPolicy,
        /// Whether commands may run in a login shell.
        allow_login_shell: bool,
        /// The longest wait for a background command, in milliseconds.
        background_terminal_max_timeout: u64,
        /// The program that is told about finished turns, with its arguments.
        notify: Vec<String>,
        /// Instructions that are added for the model.
        developer_instructions: String,
        /// The text that asks the model for a summary.
        compact_prompt: String,
        /// A file that replaces the base instructions.
        model_instructions_file: PathBuf,
        /// The older name of `model_instructions_file`.
        experimental_instructions_file: PathBuf,
        /// How many bytes of AGENTS.md files of a project are read; 0 reads none.
        project_doc_max_bytes: u64,
        /// Names to look for where there is no AGENTS.md.
        project_doc_fallback_filenames: Vec<String>,
        /// What marks the root of a project.
        project_root_markers: Vec<String>,
        /// The most tokens that a tool's output may take.
        tool_output_token_limit: u64,
        /// After how many seconds a thread leaves the memory to which nobody listens and in which nothing runs; 0 never.
        thread_idle_timeout_seconds: u64,
        /// How the model's server may search the web: disabled, cached, indexed or live.
        web_search: WebSearchMode,
        /// Tools beyond the usual ones, and how they are used.
        tools: ToolSettings,
        /// Whether messages are kept for recall.
        history: HistorySettings,
        /// Which skills are on and off.
        skills: SkillSettings,
        /// Where facts about the work are sent for whoever runs a collector.
        otel: OtelSettings,
        /// Where a login is kept: file, keyring, auto or ephemeral.
        cli_auth_credentials_store: CredentialsStore,
        /// The only kind of login that is allowed: chatgpt or api.
        forced_login_method: ForcedMethod,
        /// The workspace, or the list of workspaces, of which an account must be.
        forced_chatgpt_workspace_id: ForcedWorkspaces,
        /// The address of the vendor's services for accounts.
        chatgpt_base_url: String,
        /// The address of the provider `openai`.
        openai_base_url: String,
        /// The profile whose settings are laid over the others.
        profile: String,
    }
    tables {
        /// Servers of models, by id.
        model_providers: ModelProviderInfo,
        /// What the user thinks of projects, by folder.
        projects: ProjectSettings,
        /// Permission profiles, by id.
        permissions: ProfileSettings,
        /// Switches.
        features: Switch,
    }
}

fn read_value<T: DeserializeOwned>(
    value: Option<Value>,
    name: &'static str,
    wrong: &mut Vec<WrongValue>,
) -> Option<T> {
    read(value?, vec![name.to_owned()], wrong)
}

fn read_table<T: DeserializeOwned>(
    value: Option<Value>,
    name: &'static str,
    wrong: &mut Vec<WrongValue>,
) -> BTreeMap<String, T> {
    match value {
        None => BTreeMap::new(),
        Some(Value::Table(entries)) => entries
            .into_iter()
            .filter_map(|(key, value)| {
                let entry = read(value, vec![name.to_owned(), key.clone()], wrong)?;
                Some((key, entry))
            })
            .collect(),
        Some(other) => {
            let message = format!("invalid type: {}, expected a table", other.type_str());
            wrong.push(WrongValue::new(&[name], message));
            BTreeMap::new()
        }
    }
}

fn read<T: DeserializeOwned>(value: Value, path: Vec<String>, wrong: &mut Vec<WrongValue>) -> Option<T> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| {
            let inner = error.path().iter().filter_map(|segment| match segment {
                serde_path_to_error::Segment::Map { key } => Some(key.clone()),
                serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
                serde_path_to_error::Segment::Enum { variant } => Some(variant.clone()),
                serde_path_to_error::Segment::Unknown => None,
            });
            let path = path.into_iter().chain(inner).collect();
            let message = readable(&error.inner().to_string());
            wrong.push(WrongValue { path, message, remedy: None });
        })
        .ok()
}

/// The first line of a decoder's complaint, in words that somebody who wrote TOML understands.
fn readable(message: &str) -> String {
    let first = message.trim().lines().next().unwrap_or("");
    first.replace("unit variant, expected string only", "expected a string")
}

/// Keys of the public codex at the top level that mean nothing here (yet).
const FOREIGN: &str = "
    agents allow_symlinked_codex_home analytics approvals_reviewer apps apps_mcp_product_sku audio auto_review
    browser_use check_for_update_on_startup client_search_provider
    cloud computer_use daybreak desktop disable_paste_burst disable_response_storage
    experimental_compact_prompt_file experimental_realtime_start_instructions
    experimental_realtime_webrtc_call_base_url experimental_realtime_ws_backend_prompt
    experimental_realtime_ws_base_url experimental_realtime_ws_model experimental_realtime_ws_startup_context
    experimental_sandbox_command_assessment experimental_thread_store experimental_thread_store_endpoint
    experimental_use_exec_command_tool experimental_use_freeform_apply_patch experimental_use_rmcp_client
    experimental_use_unified_exec_tool feedback file_opener
    ghost_snapshot goals hide_agent_reasoning hooks include_apps_instructions
    include_collaboration_mode_instructions include_environment_context include_environment_context_time
    include_permissions_instructions instructions js_repl_node_module_dirs js_repl_node_path log_dir marketplaces
    mcp_enterprise_managed_auth mcp_oauth_callback_port mcp_oauth_callback_url mcp_oauth_credentials_store
    mcp_optional_startup_grace_ms mcp_servers memories model_auto_compact_token_limit_scope
    model_post_turn_compact_threshold_percent model_reasoning_summary_format
    notice orchestrator oss_provider personality
    plan_mode_reasoning_effort plugins profiles realtime responses_api_metadata show_raw_agent_reasoning
    sqlite_home suppress_unstable_features_warning thread_unload_delay_secs tool_suggest tui windows
    windows_wsl_setup_acknowledged
";

/// Whether a key at the top level means something, here or to the public codex.
pub fn is_known(key: &str) -> bool {
    KEYS.iter().any(|known| known.name == key) || FOREIGN.split_whitespace().any(|name| name == key)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::config::document;

    fn check(text: &str, expected: Expect) {
        let (_, wrong) = ConfigToml::read(document::parse(text).unwrap());
        let lines: Vec<_> =
            wrong.iter().map(|wrong| format!("{}: {}\n", wrong.path.join("."), wrong.message)).collect();
        expected.assert_eq(&lines.concat());
    }

    #[test]
    fn wrong_values_are_named_by_their_path() {
        check(
            "model = 5\nsandbox_mode = \"foo\"\nnotify = \"x\"\nproject_doc_max_bytes = -1\n\
             approval_policy = \"always\"\nmodel_reasoning_summary = true\n\
             [sandbox_workspace_write]\nnetwork_access = \"yes\"\n\
             [history]\npersistence = \"some\"\n",
            expect![[r#"
                model: invalid type: integer `5`, expected a string
                model_reasoning_summary: invalid type: expected a string
                approval_policy: unknown variant `always`, expected one of `untrusted`, `on-failure`, `on-request`, `never`, `granular`
                sandbox_mode: unknown variant `foo`, expected one of `read-only`, `workspace-write`, `danger-full-access`
                sandbox_workspace_write.network_access: invalid type: string "yes", expected a boolean
                notify: invalid type: string "x", expected a sequence
                project_doc_max_bytes: invalid value: integer `-1`, expected u64
                history.persistence: unknown variant `some`, expected `save-all` or `none`
            "#]],
        );
    }

    #[test]
    fn wrong_entries_leave_their_neighbours_alone() {
        let text = "[model_providers.bad]\nwire_api = \"telepathy\"\n[model_providers.good]\nname = \"G\"\n\
                    [features]\na = true\nb = 1\n[projects.\"/x\"]\ntrust_level = \"maybe\"\n";
        check(
            text,
            expect![[r#"
            model_providers.bad.wire_api: unknown variant `telepathy`, expected one of `responses`, `chat`, `anthropic`, `rehearsal`
            projects./x.trust_level: unknown variant `maybe`, expected `trusted` or `untrusted`
            features.b: invalid type: integer `1`, expected a boolean
        "#]],
        );
        let (settings, _) = ConfigToml::read(document::parse(text).unwrap());
        assert_eq!(settings.model_providers.keys().collect::<Vec<_>>(), ["good"]);
        assert_eq!(settings.features.len(), 1);
    }

    #[test]
    fn tables_must_be_tables() {
        check(
            "model_providers = 5",
            expect![[r#"
            model_providers: invalid type: integer, expected a table
        "#]],
        );
    }

    #[test]
    fn keys_are_known_once() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(is_known(key.name));
            assert!(!FOREIGN.split_whitespace().any(|name| name == key.name), "{}", key.name);
            assert!(!KEYS[..index].iter().any(|other| other.name == key.name), "{}", key.name);
        }
        assert!(is_known("mcp_servers"));
        assert!(!is_known("modle"));
    }

    /// The reference of settings. A new key shows up here.
    #[test]
    fn reference() {
        let lines: Vec<_> = KEYS.iter().map(|key| format!("{}: {}\n", key.name, key.about.trim())).collect();
        expect![[r#"
            model: The model to ask.
            review_model: The model that reviews changes.
            model_provider: The id of the provider that serves the model.
            model_context_window: The size of the model's context in tokens.
            model_max_output_tokens: The most tokens that one answer of the model can have, where its server wants to be told.
            model_catalog_json: A JSON file that describes models, in the form of the public codex.
            model_supports_reasoning_summaries: Whether the model takes requests about its reasoning, though it is not known for that.
            model_auto_compact_token_limit: The number of tokens at which history is compacted.
            model_reasoning_effort: How much the model thinks, in the model's own words.
            model_reasoning_summary: How the model sums up its thoughts: auto, concise, detailed or none.
            model_verbosity: How long answers are: low, medium or high.
            service_tier: The speed that is asked of the provider.
            approval_policy: When a human is asked: untrusted, on-request, never, or a table `granular`.
            sandbox_mode: What commands may touch: read-only, workspace-write or danger-full-access.
            sandbox_workspace_write: The knobs of workspace-write.
            sandbox_unreadable_paths: Paths that commands in the sandbox cannot read.
            default_permissions: The permission profile to begin with, instead of a sandbox mode.
            shell_environment_policy: Which variables commands see.
            allow_login_shell: Whether commands may run in a login shell.
            background_terminal_max_timeout: The longest wait for a background command, in milliseconds.
            notify: The program that is told about finished turns, with its arguments.
            developer_instructions: Instructions that are added for the model.
            compact_prompt: The text that asks the model for a summary.
            model_instructions_file: A file that replaces the base instructions.
            experimental_instructions_file: The older name of `model_instructions_file`.
            project_doc_max_bytes: How many bytes of AGENTS.md files of a project are read; 0 reads none.
            project_doc_fallback_filenames: Names to look for where there is no AGENTS.md.
            project_root_markers: What marks the root of a project.
            tool_output_token_limit: The most tokens that a tool's output may take.
            thread_idle_timeout_seconds: After how many seconds a thread leaves the memory to which nobody listens and in which nothing runs; 0 never.
            web_search: How the model's server may search the web: disabled, cached, indexed or live.
            tools: Tools beyond the usual ones, and how they are used.
            history: Whether messages are kept for recall.
            skills: Which skills are on and off.
            otel: Where facts about the work are sent for whoever runs a collector.
            cli_auth_credentials_store: Where a login is kept: file, keyring, auto or ephemeral.
            forced_login_method: The only kind of login that is allowed: chatgpt or api.
            forced_chatgpt_workspace_id: The workspace, or the list of workspaces, of which an account must be.
            chatgpt_base_url: The address of the vendor's services for accounts.
            openai_base_url: The address of the provider `openai`.
            profile: The profile whose settings are laid over the others.
            model_providers: Servers of models, by id.
            projects: What the user thinks of projects, by folder.
            permissions: Permission profiles, by id.
            features: Switches.
        "#]]
        .assert_eq(&lines.concat());
    }
}
