//! The configuration: complete, validated, immutable.
//!
//! A `Config` is what a thread runs with. It is made of layers (machine, user, profile, command line,
//! request), each of which may be absent; `loader` reads them anew for every thread, so an edited file
//! counts for the next one. Nobody owns a `Config`: it is shared, and replaced as a whole.

pub mod document;
pub mod dotenv;
pub mod edit;
pub mod error;
pub mod features;
pub mod file;
pub mod home;
pub mod layers;
pub mod load;
pub mod loader;
pub mod login;
mod misspelt;
pub mod models;
pub mod opened;
pub mod otel;
pub mod overrides;
pub mod permissions;
pub mod profiles;
pub mod project_root;
pub mod protected;
pub mod provider;
pub mod read_view;
pub mod relative;
pub mod resolve;
pub mod shell_env;
pub mod skills;
pub mod tools;
pub mod version;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use codex_protocol::policy::{
    ActivePermissionProfile, AskForApproval, ReasoningEffort, ReasoningSummary, SandboxPolicy, Verbosity,
};

use crate::base::environment::Environment;
use crate::base::paths::AbsolutePath;
use file::{ConfigToml, HistorySettings};
use layers::LayerStack;
use login::LoginSettings;
use models::DescribedModel;
use otel::OtelSettings;
use overrides::ThreadOverrides;
use permissions::{SandboxMode, SandboxOrigin, TrustLevel, WorkspaceWriteSettings};
use provider::ModelProviderInfo;
use shell_env::ShellEnvironmentPolicy;
use skills::SkillSettings;
use tools::{ToolSettings, WebSearchMode};

/// Everything that is configured for a thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub codex_home: AbsolutePath,
    pub cwd: AbsolutePath,
    pub model: String,
    pub review_model: Option<String>,
    pub model_provider_id: String,
    pub model_provider: ModelProviderInfo,
    /// All providers, built in and configured.
    pub model_providers: BTreeMap<String, ModelProviderInfo>,
    pub approval_policy: AskForApproval,
    pub sandbox_policy: SandboxPolicy,
    pub sandbox_mode: SandboxMode,
    pub sandbox_origin: SandboxOrigin,
    /// The knobs that count whenever the sandbox is workspace-write.
    pub sandbox_workspace_write: WorkspaceWriteSettings,
    pub sandbox_unreadable_paths: Vec<AbsolutePath>,
    /// The permission profile that the sandbox comes from; none if a sandbox mode was named.
    pub active_permission_profile: Option<ActivePermissionProfile>,
    /// The profiles of the configuration, by id.
    pub permission_profiles: BTreeMap<String, profiles::Configured>,
    /// What the user thinks of the project of `cwd`.
    pub trust: Option<TrustLevel>,
    /// The folder of a trusted project whose `.codex` counts; none of another project.
    pub trusted_folder: Option<PathBuf>,
    /// Every folder that the user trusts.
    pub trusted_folders: Vec<PathBuf>,
    pub model_reasoning_effort: Option<ReasoningEffort>,
    pub model_reasoning_summary: Option<ReasoningSummary>,
    pub model_verbosity: Option<Verbosity>,
    pub service_tier: Option<String>,
    pub model_context_window: Option<u64>,
    pub model_max_output_tokens: Option<u64>,
    pub model_auto_compact_token_limit: Option<u64>,
    /// Asks a model for reasoning that is not known to take that.
    pub model_supports_reasoning_summaries: bool,
    /// What a file of the user's says of models.
    pub described_models: Vec<DescribedModel>,
    pub tool_output_token_limit: Option<u64>,
    /// None: a thread stays in memory until somebody ends it.
    pub thread_idle_timeout: Option<Duration>,
    /// Replaces the base instructions of the model.
    pub base_instructions: Option<String>,
    pub developer_instructions: Option<String>,
    pub compact_prompt: Option<String>,
    pub project_doc_max_bytes: usize,
    pub project_doc_fallback_filenames: Vec<String>,
    pub project_root_markers: Vec<String>,
    pub shell_environment_policy: ShellEnvironmentPolicy,
    pub allow_login_shell: bool,
    pub background_terminal_max_timeout_ms: u64,
    pub notify: Option<Vec<String>>,
    /// As configured; none where it depends on the model.
    pub web_search: Option<WebSearchMode>,
    pub tools: ToolSettings,
    pub history: HistorySettings,
    pub skills: SkillSettings,
    pub login: LoginSettings,
    pub otel: OtelSettings,
    /// The profile whose settings were laid over the others.
    pub active_profile: Option<String>,
    pub features: BTreeMap<String, bool>,
}

impl Config {
    /// The configuration of a machine on which nothing is configured.
    pub fn defaults(codex_home: AbsolutePath, cwd: AbsolutePath) -> Self {
        let facts = resolve::Facts {
            codex_home,
            cwd,
            environment: Environment::default(),
            trust: None,
            trusted_folder: None,
            trusted_folders: Vec::new(),
            active_profile: None,
            base_instructions: None,
            described_models: Vec::new(),
        };
        let merged = LayerStack::default().merged();
        resolve::resolve(ConfigToml::default(), &merged, &ThreadOverrides::default(), facts).0
    }

    pub fn is_enabled(&self, feature: &features::Feature) -> bool {
        self.features.get(feature.key).copied().unwrap_or(feature.default)
    }

    /// The permission profile with an id, or what is wrong with it.
    pub fn permission_profile(&self, id: &str) -> Result<profiles::Profile, String> {
        if let Some(built_in) = permissions::profile(id) {
            return Ok(built_in.with_knobs(&self.sandbox_workspace_write));
        }
        match self.permission_profiles.get(id) {
            Some(configured) => configured
                .profile
                .clone()
                .map_err(|problem| format!("the permission profile `{id}` cannot be used: {problem}")),
            None => {
                let built_in = permissions::PROFILES.iter().map(|profile| profile.id);
                let known = built_in.chain(self.permission_profiles.keys().map(String::as_str));
                let known: Vec<String> = known.map(|id| format!("`{id}`")).collect();
                Err(format!("there is no permission profile `{id}`; known are {}", known.join(", ")))
            }
        }
    }
}
