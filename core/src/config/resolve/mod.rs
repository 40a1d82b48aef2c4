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

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::testkit::{config, resolved};
    use super::*;
    use crate::config::provider;

    #[test]
    fn nothing_configured() {
        expect![[r#"
            Config {
                codex_home: "/home",
                cwd: "/work",
                model: "gpt-5.5",
                review_model: None,
                model_provider_id: "openai",
                model_provider: ModelProviderInfo {
                    name: "OpenAI",
                    base_url: None,
                    wire_api: Responses,
                    env_key: None,
                    auth: None,
                    http_headers: [],
                    env_http_headers: {},
                    requires_openai_auth: true,
                    ..
                },
                model_providers: {
                    "anthropic": ModelProviderInfo {
                        name: "Anthropic",
                        base_url: Some(
                            "https://api.anthropic.com/v1",
                        ),
                        wire_api: Anthropic,
                        env_key: Some(
                            "ANTHROPIC_API_KEY",
                        ),
                        auth: None,
                        http_headers: [],
                        env_http_headers: {},
                        requires_openai_auth: false,
                        ..
                    },
                    "lmstudio": ModelProviderInfo {
                        name: "LM Studio",
                        base_url: Some(
                            "http://localhost:1234/v1",
                        ),
                        wire_api: Responses,
                        env_key: None,
                        auth: None,
                        http_headers: [],
                        env_http_headers: {},
                        requires_openai_auth: false,
                        ..
                    },
                    "ollama": ModelProviderInfo {
                        name: "Ollama",
                        base_url: Some(
                            "http://localhost:11434/v1",
                        ),
                        wire_api: Chat,
                        env_key: None,
                        auth: None,
                        http_headers: [],
                        env_http_headers: {},
                        requires_openai_auth: false,
                        ..
                    },
                    "openai": ModelProviderInfo {
                        name: "OpenAI",
                        base_url: None,
                        wire_api: Responses,
                        env_key: None,
                        auth: None,
                        http_headers: [],
                        env_http_headers: {},
                        requires_openai_auth: true,
                        ..
                    },
                    "openrouter": ModelProviderInfo {
                        name: "OpenRouter",
                        base_url: Some(
                            "https://openrouter.ai/api/v1",
                        ),
                        wire_api: Chat,
                        env_key: Some(
                            "OPENROUTER_API_KEY",
                        ),
                        auth: None,
                        http_headers: [],
                        env_http_headers: {},
                        requires_openai_auth: false,
                        ..
                    },
                    "rehearsal": ModelProviderInfo {
                        name: "Rehearsal",
                        base_url: None,
                        wire_api: Rehearsal,
                        env_key: None,
                        auth: None,
                        http_headers: [],
                        env_http_headers: {},
                        requires_openai_auth: false,
                        ..
                    },
                },
                approval_policy: OnRequest,
                sandbox_policy: ReadOnly {
                    network_access: false,
                },
                sandbox_mode: ReadOnly,
                sandbox_origin: Default,
                sandbox_workspace_write: WorkspaceWriteSettings {
                    writable_roots: [],
                    network_access: false,
                    exclude_tmpdir_env_var: false,
                    exclude_slash_tmp: false,
                },
                sandbox_unreadable_paths: [],
                active_permission_profile: Some(
                    ActivePermissionProfile {
                        id: ":read-only",
                        extends: None,
                    },
                ),
                permission_profiles: {},
                trust: None,
                trusted_folder: None,
                trusted_folders: [],
                model_reasoning_effort: None,
                model_reasoning_summary: None,
                model_verbosity: None,
                service_tier: None,
                model_context_window: None,
                model_max_output_tokens: None,
                model_auto_compact_token_limit: None,
                model_supports_reasoning_summaries: false,
                described_models: [],
                tool_output_token_limit: None,
                thread_idle_timeout: Some(
                    1800s,
                ),
                base_instructions: None,
                developer_instructions: None,
                compact_prompt: None,
                project_doc_max_bytes: 32768,
                project_doc_fallback_filenames: [],
                project_root_markers: [
                    ".git",
                ],
                shell_environment_policy: ShellEnvironmentPolicy {
                    inherit: All,
                    ignore_default_excludes: false,
                    exclude: [
                        "ANTHROPIC_API_KEY",
                        "OPENROUTER_API_KEY",
                    ],
                    set: {},
                    include_only: [],
                    experimental_use_profile: None,
                },
                allow_login_shell: true,
                background_terminal_max_timeout_ms: 300000,
                notify: None,
                web_search: None,
                tools: ToolSettings {
                    web_search: None,
                    view_image: None,
                    read_file: None,
                    list_dir: None,
                    grep_files: None,
                },
                history: HistorySettings {
                    persistence: SaveAll,
                    max_bytes: None,
                },
                skills: SkillSettings {
                    config: [],
                },
                login: LoginSettings {
                    store: File,
                    forced_method: None,
                    forced_workspaces: [],
                    chatgpt_base_url: None,
                },
                features: {
                    "default_mode_request_user_input": false,
                    "enable_request_compression": true,
                    "experimental_sandbox_command_assessment": false,
                    "ghost_commit": false,
                    "goals": true,
                    "request_permissions_tool": false,
                    "shell_command_tool": false,
                    "shell_snapshot": true,
                    "shell_tool": true,
                    "undo": false,
                    "unified_exec": true,
                    "view_image_tool": true,
                    "web_search_cached": false,
                    "web_search_request": false,
                },
            }
        "#]]
        .assert_debug_eq(&config(""));
    }

    #[test]
    fn the_model_depends_on_the_provider() {
        assert_eq!(config("model_provider = \"rehearsal\"").model, "rehearsal");
        assert_eq!(
            config("model_provider = \"rehearsal\"\nmodel = \"rehearsal-slow\"").model,
            "rehearsal-slow"
        );
        assert_eq!(config("model = \"  \"").model, provider::DEFAULT_MODEL);
        assert_eq!(config("model = \"mine\"").model, "mine");
    }

    #[test]
    fn older_and_other_words() {
        assert_eq!(config("approval_policy = \"on-failure\"").approval_policy, AskForApproval::OnRequest);
        assert_eq!(config("service_tier = \"fast\"").service_tier.as_deref(), Some("priority"));
        let tier = |tier: Option<&str>| {
            let overrides =
                ThreadOverrides { service_tier: Some(tier.map(str::to_owned)), ..ThreadOverrides::default() };
            resolved(&["service_tier = \"flex\""], &overrides, None).0.service_tier
        };
        assert_eq!(tier(Some("fast")).as_deref(), Some("priority"));
        assert_eq!(tier(None).as_deref(), Some("default"));
    }

    #[test]
    fn a_request_beats_the_settings() {
        let overrides = ThreadOverrides {
            model: Some("asked".to_owned()),
            approval_policy: Some(AskForApproval::Never),
            base_instructions: Some("base".to_owned()),
            developer_instructions: Some("dev".to_owned()),
            ..ThreadOverrides::default()
        };
        let text = "model = \"set\"\napproval_policy = \"untrusted\"\ndeveloper_instructions = \"set\"";
        let config = resolved(&[text], &overrides, None).0;
        assert_eq!(config.model, "asked");
        assert_eq!(config.approval_policy, AskForApproval::Never);
        assert_eq!(config.base_instructions.as_deref(), Some("base"));
        assert_eq!(config.developer_instructions.as_deref(), Some("dev"));
    }

    /// Every key does something: set to a value that is not its default it changes the configuration.
    #[test]
    fn what_a_provider_takes_from_the_environment_reaches_no_command() {
        let provider = "[model_providers.p]\nenv_key = \"MY_PASS\"\nenv_http_headers = { h = \"ORG\" }\n";
        let hidden = ["ANTHROPIC_API_KEY", "OPENROUTER_API_KEY", "MY_PASS", "ORG"];
        assert_eq!(config(provider).shell_environment_policy.exclude, hidden);
        let kept = format!("{provider}[shell_environment_policy]\nignore_default_excludes = true\n");
        assert!(config(&kept).shell_environment_policy.exclude.is_empty());
    }

    #[test]
    fn every_key_reaches_the_configuration() {
        let defaults = format!("{:?}", config(""));
        let values = [
            ("model", "\"m\""),
            ("review_model", "\"m\""),
            ("model_provider", "\"rehearsal\""),
            ("model_context_window", "1000"),
            ("model_max_output_tokens", "100"),
            ("model_supports_reasoning_summaries", "true"),
            ("model_auto_compact_token_limit", "900"),
            ("model_reasoning_effort", "\"high\""),
            ("model_reasoning_summary", "\"none\""),
            ("model_verbosity", "\"low\""),
            ("service_tier", "\"flex\""),
            ("approval_policy", "\"never\""),
            ("sandbox_mode", "\"danger-full-access\""),
            ("sandbox_workspace_write", "{ network_access = true }"),
            ("sandbox_unreadable_paths", "[\"/x\"]"),
            ("default_permissions", "\":workspace\""),
            ("shell_environment_policy", "{ inherit = \"none\" }"),
            ("allow_login_shell", "false"),
            ("background_terminal_max_timeout", "1"),
            ("notify", "[\"x\"]"),
            ("developer_instructions", "\"d\""),
            ("compact_prompt", "\"c\""),
            ("project_doc_max_bytes", "1"),
            ("project_doc_fallback_filenames", "[\"X.md\"]"),
            ("project_root_markers", "[\".hg\"]"),
            ("tool_output_token_limit", "1"),
            ("thread_idle_timeout_seconds", "0"),
            ("web_search", "\"live\""),
            ("tools", "{ read_file = true }"),
            ("history", "{ persistence = \"none\" }"),
            ("skills", "{ config = [{ name = \"s\", enabled = false }] }"),
            ("cli_auth_credentials_store", "\"auto\""),
            ("forced_login_method", "\"api\""),
            ("forced_chatgpt_workspace_id", "[\"w\"]"),
            ("chatgpt_base_url", "\"https://x\""),
            ("openai_base_url", "\"http://x\""),
            ("model_providers", "{ x = { name = \"X\" } }"),
            ("permissions", "{ mine = { extends = \":workspace\" } }"),
            ("features", "{ unified_exec = false }"),
        ];
        for (key, value) in values {
            assert_ne!(format!("{:?}", config(&format!("{key} = {value}"))), defaults, "{key}");
        }
        // These steer what is read before this module.
        let elsewhere = [
            "model_instructions_file",
            "experimental_instructions_file",
            "model_catalog_json",
            "profile",
            "projects",
        ];
        for key in crate::config::file::KEYS {
            let tested = values.iter().any(|(name, _)| *name == key.name) || elsewhere.contains(&key.name);
            assert!(tested, "add `{}` to this test", key.name);
        }
    }
}
