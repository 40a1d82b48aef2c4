//! From merged settings to a complete configuration: defaults, checks between settings, and the values
//! that a request names outright.
//!
//! Every setting that cannot be used is reported and replaced by its default, so that there always is a
//! configuration; whether one with reports may be used is up to the caller. Pure: what has to be looked up
//! in the file system comes in as `Facts`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use codex_protocol::policy::AskForApproval;

use super::file::{ConfigToml, WrongValue};
use super::layers::Merged;
use super::overrides::ThreadOverrides;
use super::permissions::{self, SandboxMode, SandboxOrigin, TrustLevel};
use super::provider::{self, ModelProviderInfo};
use super::{Config, features};
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
    /// The content of the configured instructions file.
    pub base_instructions: Option<String>,
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

    let providers = providers(&settings, merged, &facts.environment, &mut wrong);
    let (provider_id, provider) =
        choose_provider(&settings, overrides, &providers, &mut wrong, &mut wrong_fields);
    let sandbox = choose_sandbox(&settings, merged, overrides, facts.trust, &mut wrong, &mut wrong_fields);
    let knobs = settings.sandbox_workspace_write.clone().unwrap_or_default();

    let untrusted = facts.trust == Some(TrustLevel::Untrusted);
    let default_approval = if untrusted { AskForApproval::UnlessTrusted } else { AskForApproval::OnRequest };
    let approval = overrides.approval_policy.or(settings.approval_policy).unwrap_or(default_approval);

    let model = non_empty(overrides.model.clone()).or_else(|| non_empty(settings.model.clone()));
    let switches: BTreeMap<String, bool> =
        settings.features.iter().map(|(key, switch)| (key.clone(), switch.0)).collect();

    let config = Config {
        codex_home: facts.codex_home,
        cwd: facts.cwd,
        model: model.unwrap_or_else(|| provider.default_model().to_owned()),
        review_model: non_empty(settings.review_model),
        model_provider_id: provider_id,
        model_provider: provider,
        model_providers: providers,
        approval_policy: without_on_failure(approval),
        sandbox_policy: sandbox.0.policy(&knobs),
        sandbox_mode: sandbox.0,
        sandbox_origin: sandbox.1,
        sandbox_workspace_write: knobs,
        sandbox_unreadable_paths: absolute_paths(settings.sandbox_unreadable_paths.unwrap_or_default()),
        trust: facts.trust,
        model_reasoning_effort: non_empty(settings.model_reasoning_effort),
        model_reasoning_summary: settings.model_reasoning_summary,
        model_verbosity: settings.model_verbosity,
        service_tier: service_tier(settings.service_tier, overrides),
        model_context_window: settings.model_context_window,
        model_auto_compact_token_limit: settings.model_auto_compact_token_limit,
        tool_output_token_limit: settings.tool_output_token_limit,
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
        shell_environment_policy: settings.shell_environment_policy.unwrap_or_default(),
        allow_login_shell: settings.allow_login_shell.unwrap_or(true),
        background_terminal_max_timeout_ms: settings.background_terminal_max_timeout.unwrap_or(300_000),
        notify: settings.notify.filter(|command| !command.is_empty()),
        history: settings.history.unwrap_or_default(),
        hide_agent_reasoning: settings.hide_agent_reasoning.unwrap_or(false),
        show_raw_agent_reasoning: settings.show_raw_agent_reasoning.unwrap_or(false),
        features: features::effective(&switches),
    };
    (config, wrong, wrong_fields)
}

const DEFAULT_DOC_BYTES: usize = 32 * 1024;

/// What may be set of the provider that is built in for rehearsals.
const REHEARSAL_KEYS: [&str; 5] =
    ["script", "request_max_retries", "stream_max_retries", "stream_idle_timeout_ms", "name"];

fn providers(
    settings: &ConfigToml,
    merged: &Merged,
    environment: &Environment,
    wrong: &mut Vec<WrongValue>,
) -> BTreeMap<String, ModelProviderInfo> {
    let mut all = provider::built_in(settings.openai_base_url.as_deref(), environment);
    for (id, configured) in &settings.model_providers {
        let keys = merged.keys_of(&["model_providers", id]);
        let path = ["model_providers", id.as_str()];
        match id.as_str() {
            provider::OPENAI => wrong.push(
                WrongValue::new(&path, "this provider is built in and cannot be changed").with_remedy(
                    "Set `openai_base_url` to use another address, or give the table another id",
                ),
            ),
            provider::REHEARSAL => match keys.iter().find(|key| !REHEARSAL_KEYS.contains(&key.as_str())) {
                Some(key) => wrong.push(
                    WrongValue::new(&[path[0], path[1], key], "this cannot be set for a built-in provider")
                        .with_remedy(format!("Remove it; what can be set is: {}", REHEARSAL_KEYS.join(", "))),
                ),
                None => {
                    let rehearsal = all.entry(id.clone()).or_default();
                    rehearsal.script = configured.script.clone();
                    rehearsal.request_max_retries = configured.request_max_retries;
                    rehearsal.stream_max_retries = configured.stream_max_retries;
                    rehearsal.stream_idle_timeout_ms = configured.stream_idle_timeout_ms;
                }
            },
            _ => {
                let mut provider = configured.clone();
                if !keys.iter().any(|key| key == "name") {
                    provider.name = id.clone();
                }
                if provider.name.trim().is_empty() {
                    wrong.push(
                        WrongValue::new(&[path[0], path[1], "name"], "the name of a provider is empty")
                            .with_remedy("Give it a name, or remove the line to use the id"),
                    );
                    provider.name = id.clone();
                }
                if let Some(url) = &provider.base_url
                    && !url.starts_with("http://")
                    && !url.starts_with("https://")
                {
                    wrong.push(
                        WrongValue::new(
                            &[path[0], path[1], "base_url"],
                            format!("`{url}` is not an address"),
                        )
                        .with_remedy("Write one that begins with `http://` or `https://`"),
                    );
                }
                all.insert(id.clone(), provider);
            }
        }
    }
    all
}

fn choose_provider(
    settings: &ConfigToml,
    overrides: &ThreadOverrides,
    providers: &BTreeMap<String, ModelProviderInfo>,
    wrong: &mut Vec<WrongValue>,
    wrong_fields: &mut Vec<WrongField>,
) -> (String, ModelProviderInfo) {
    let unknown = |id: &str| {
        let known: Vec<_> = providers.keys().map(String::as_str).collect();
        WrongValue::new(&["model_provider"], format!("model provider `{id}` not found")).with_remedy(format!(
            "Describe it in a table `[model_providers.{id}]`, or choose one of: {}",
            known.join(", ")
        ))
    };
    for (id, is_field) in [(&overrides.model_provider, true), (&settings.model_provider, false)] {
        let Some(id) = id else { continue };
        match providers.get(id) {
            Some(provider) => return (id.clone(), provider.clone()),
            None if is_field => wrong_fields.push(WrongField { field: "modelProvider", wrong: unknown(id) }),
            None => wrong.push(unknown(id)),
        }
    }
    (provider::OPENAI.to_owned(), providers.get(provider::OPENAI).cloned().unwrap_or_default())
}

/// A request's mode, then a request's profile, then the setting of the higher layer; of two in one layer
/// the profile.
fn choose_sandbox(
    settings: &ConfigToml,
    merged: &Merged,
    overrides: &ThreadOverrides,
    trust: Option<TrustLevel>,
    wrong: &mut Vec<WrongValue>,
    wrong_fields: &mut Vec<WrongField>,
) -> (SandboxMode, SandboxOrigin) {
    let unknown = |id: &str| {
        let known: Vec<_> = permissions::PROFILES.iter().map(|profile| profile.id).collect();
        WrongValue::new(&["default_permissions"], format!("there is no permission profile `{id}`"))
            .with_remedy(format!("Choose one of: {}", known.join(", ")))
    };
    if let Some(mode) = overrides.sandbox {
        return (mode, SandboxOrigin::Mode);
    }
    if let Some(id) = &overrides.permissions {
        match permissions::profile(id) {
            Some(profile) => return (profile.sandbox_mode, SandboxOrigin::Profile),
            None => wrong_fields.push(WrongField { field: "permissions", wrong: unknown(id) }),
        }
    }
    let profile = settings.default_permissions.as_ref().and_then(|id| {
        let profile = permissions::profile(id);
        if profile.is_none() {
            wrong.push(unknown(id));
        }
        profile
    });
    let mode_is_higher = merged.layer_of_key("sandbox_mode") > merged.layer_of_key("default_permissions");
    match (profile, settings.sandbox_mode) {
        (Some(_), Some(mode)) if mode_is_higher => (mode, SandboxOrigin::Mode),
        (Some(profile), _) => (profile.sandbox_mode, SandboxOrigin::Profile),
        (None, Some(mode)) => (mode, SandboxOrigin::Mode),
        // Judged either way, the user works there; an untrusted project is asked about more often.
        (None, None) if trust.is_some() => (SandboxMode::WorkspaceWrite, SandboxOrigin::Project),
        (None, None) => (SandboxMode::ReadOnly, SandboxOrigin::Default),
    }
}

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
