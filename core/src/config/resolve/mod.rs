//! From merged settings to a complete configuration: defaults, checks between settings, and the values
//! that a request names outright.
//!
//! Every setting that cannot be used is reported and replaced by its default, so that there always is a
//! configuration; whether one with reports may be used is up to the caller. Pure: what has to be looked up
//! in the file system comes in as `Facts`.

mod providers;
mod sandbox;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use codex_protocol::policy::AskForApproval;

use super::file::{ConfigToml, WrongValue};
use super::layers::Merged;
use super::login::{ForcedWorkspaces, LoginSettings};
use super::models::DescribedModel;
use super::overrides::ThreadOverrides;
use super::permissions::TrustLevel;
use super::provider::ModelProviderInfo;
use super::tools::WebSearchMode;
use super::{Config, features, profiles};
use crate::base::environment::Environment;
use crate::base::paths::AbsolutePath;

/// The service tier that a request asks for by setting none.
const NO_TIER: &str = "default";

/// What the file system and the process say.
#[derive(Clone, Debug)]
pub struct Facts {
    pub codex_home: AbsolutePath,
    pub cwd: AbsolutePath,
    pub environment: Environment,
    /// What the user thinks of the project of `cwd`.
    pub trust: Option<TrustLevel>,
    pub trusted_folder: Option<PathBuf>,
    pub trusted_folders: Vec<PathBuf>,
    pub active_profile: Option<String>,
    /// The content of the configured instructions file.
    pub base_instructions: Option<String>,
    /// The content of the file of `model_catalog_json`.
    pub described_models: Vec<DescribedModel>,
}

/// A part of a request that cannot be used: the name of its field, what is wrong, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongField {
    pub field: &'static str,
    pub wrong: WrongValue,
}

/// Builds the configuration and reports what could not be used.
pub fn resolve(
    settings: ConfigToml,
    merged: &Merged,
    overrides: &ThreadOverrides,
    facts: Facts,
) -> (Config, Vec<WrongValue>, Vec<WrongField>) {
    let mut wrong = Vec::new();
    let mut wrong_fields = Vec::new();

    let providers = providers::all(&settings, merged, &facts.environment, &mut wrong);
    let (provider_id, provider) =
        providers::choose(&settings, merged, overrides, &providers, &mut wrong, &mut wrong_fields);
    let user_home = facts.environment.get("HOME").map(Path::new).filter(|home| home.is_absolute());
    let permission_profiles = profiles::all(&settings.permissions, user_home);
    let knobs = settings.sandbox_workspace_write.clone().unwrap_or_default();
    let known = sandbox::Known { profiles: &permission_profiles, knobs: &knobs, trust: facts.trust };
    let sandbox = sandbox::choose(&settings, merged, overrides, known, &mut wrong, &mut wrong_fields);

    let untrusted = facts.trust == Some(TrustLevel::Untrusted);
    let default_approval = if untrusted { AskForApproval::UnlessTrusted } else { AskForApproval::OnRequest };
    let approval = overrides.approval_policy.or(settings.approval_policy).unwrap_or(default_approval);

    let model = non_empty(overrides.model.clone()).or_else(|| non_empty(settings.model.clone()));
    let switches: BTreeMap<String, bool> =
        settings.features.iter().map(|(key, switch)| (key.clone(), switch.0)).collect();

    let mut shell_environment_policy = settings.shell_environment_policy.unwrap_or_default();
    if !shell_environment_policy.ignore_default_excludes {
        // What the configuration itself calls a credential is one, whatever its name.
        let credentials = providers.values().flat_map(ModelProviderInfo::credential_variables);
        shell_environment_policy.exclude.extend(credentials.map(str::to_owned));
    }

    let config = Config {
        codex_home: facts.codex_home,
        cwd: facts.cwd,
        model: model.unwrap_or_else(|| provider.default_model(&provider_id).to_owned()),
        review_model: non_empty(settings.review_model),
        model_provider_id: provider_id,
        model_provider: provider,
        model_providers: providers,
        approval_policy: without_on_failure(approval),
        sandbox_policy: sandbox.policy,
        sandbox_mode: sandbox.mode,
        sandbox_origin: sandbox.origin,
        active_permission_profile: sandbox.active,
        permission_profiles,
        sandbox_workspace_write: knobs,
        sandbox_unreadable_paths: absolute_paths(settings.sandbox_unreadable_paths.unwrap_or_default()),
        trust: facts.trust,
        trusted_folder: facts.trusted_folder,
        trusted_folders: facts.trusted_folders,
        model_reasoning_effort: non_empty(settings.model_reasoning_effort),
        model_reasoning_summary: settings.model_reasoning_summary,
        model_verbosity: settings.model_verbosity,
        service_tier: service_tier(settings.service_tier, overrides),
        model_context_window: settings.model_context_window,
        model_max_output_tokens: settings.model_max_output_tokens,
        model_auto_compact_token_limit: settings.model_auto_compact_token_limit,
        model_supports_reasoning_summaries: settings.model_supports_reasoning_summaries.unwrap_or(false),
        described_models: facts.described_models,
        tool_output_token_limit: settings.tool_output_token_limit,
        thread_idle_timeout: Some(
            settings.thread_idle_timeout_seconds.unwrap_or(DEFAULT_THREAD_IDLE_SECONDS),
        )
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs),
        base_instructions: overrides.base_instructions.clone().or(facts.base_instructions),
        developer_instructions: non_empty(
            overrides.developer_instructions.clone().or(settings.developer_instructions),
        ),
        compact_prompt: non_empty(settings.compact_prompt),
        project_doc_max_bytes: settings
            .project_doc_max_bytes
            .map_or(DEFAULT_DOC_BYTES, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
        project_doc_fallback_filenames: settings.project_doc_fallback_filenames.unwrap_or_default(),
        project_root_markers: settings.project_root_markers.unwrap_or_else(|| vec![".git".to_owned()]),
        shell_environment_policy,
        allow_login_shell: settings.allow_login_shell.unwrap_or(true),
        background_terminal_max_timeout_ms: settings.background_terminal_max_timeout.unwrap_or(300_000),
        notify: settings.notify.filter(|command| !command.is_empty()),
        web_search: web_search(settings.web_search, &switches),
        tools: settings.tools.unwrap_or_default(),
        history: settings.history.unwrap_or_default(),
        skills: settings.skills.unwrap_or_default(),
        login: LoginSettings {
            store: settings.cli_auth_credentials_store.unwrap_or_default(),
            forced_method: settings.forced_login_method,
            forced_workspaces: settings
                .forced_chatgpt_workspace_id
                .map_or_else(Vec::new, ForcedWorkspaces::ids),
            chatgpt_base_url: non_empty(settings.chatgpt_base_url),
        },
        otel: settings.otel.unwrap_or_default(),
        active_profile: facts.active_profile,
        features: features::effective(&switches),
    };
    (config, wrong, wrong_fields)
}

const DEFAULT_THREAD_IDLE_SECONDS: u64 = 30 * 60;
const DEFAULT_DOC_BYTES: usize = 32 * 1024;

/// `on-failure` runs first and asks later; it is read from older settings and means `on-request` now.
fn without_on_failure(policy: AskForApproval) -> AskForApproval {
    match policy {
        AskForApproval::OnFailure => AskForApproval::OnRequest,
        AskForApproval::UnlessTrusted
        | AskForApproval::OnRequest
        | AskForApproval::Never
        | AskForApproval::Granular(_) => policy,
    }
}

/// The mode, or what the switches say that came before it.
fn web_search(mode: Option<WebSearchMode>, switches: &BTreeMap<String, bool>) -> Option<WebSearchMode> {
    let is_on = |feature: &features::Feature| switches.get(feature.key) == Some(&true);
    let older = || match (is_on(&features::WEB_SEARCH_REQUEST), is_on(&features::WEB_SEARCH_CACHED)) {
        (true, _) => Some(WebSearchMode::Live),
        (false, true) => Some(WebSearchMode::Cached),
        (false, false) => None,
    };
    mode.or_else(older)
}

fn service_tier(setting: Option<String>, overrides: &ThreadOverrides) -> Option<String> {
    let tier = match &overrides.service_tier {
        Some(Some(tier)) => Some(tier.clone()),
        Some(None) => Some(NO_TIER.to_owned()),
        None => setting,
    };
    let tier = non_empty(tier)?;
    Some(if tier == "fast" { "priority".to_owned() } else { tier })
}

fn absolute_paths(paths: Vec<PathBuf>) -> Vec<AbsolutePath> {
    paths.into_iter().filter_map(|path| AbsolutePath::new(path).ok()).collect()
}

fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
