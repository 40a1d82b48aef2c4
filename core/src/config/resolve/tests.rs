//! What settings amount to.

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
            otel: OtelSettings {
                environment: None,
                log_user_prompt: false,
                exporter: None,
            },
            active_profile: None,
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
    assert_eq!(config("model_provider = \"rehearsal\"\nmodel = \"rehearsal-slow\"").model, "rehearsal-slow");
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
        ("otel", "{ environment = \"e\" }"),
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
