//! Switches of `[features]`: which there are, how mature they are, and what they are set to.
//!
//! The public codex has some two hundred of them. A switch of theirs that does nothing here is kept and
//! shown, and is no reason for a warning; a name that nobody knows is.

use std::collections::BTreeMap;

/// How far a feature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Stable,
    UnderDevelopment,
}

/// A switch that does something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    pub key: &'static str,
    pub stage: Stage,
    pub default: bool,
}

/// The tools that run commands, whichever they are.
pub const SHELL_TOOL: Feature = Feature { key: "shell_tool", stage: Stage::Stable, default: true };

/// Commands that may run on while the model does something else; without it, each ends with its call.
pub const UNIFIED_EXEC: Feature = Feature { key: "unified_exec", stage: Stage::Stable, default: true };

/// Scripts instead of words, for models that know neither better.
pub const SHELL_COMMAND_TOOL: Feature =
    Feature { key: "shell_command_tool", stage: Stage::UnderDevelopment, default: false };

/// The tool that shows the model an image.
pub const VIEW_IMAGE: Feature = Feature { key: "view_image_tool", stage: Stage::Stable, default: true };

/// What came before the key `web_search`: a search on the network.
pub const WEB_SEARCH_REQUEST: Feature =
    Feature { key: "web_search_request", stage: Stage::Stable, default: false };

/// The same: a search in what the server has stored.
pub const WEB_SEARCH_CACHED: Feature =
    Feature { key: "web_search_cached", stage: Stage::Stable, default: false };

/// The model is asked what it thinks of a command before the user is.
pub const SANDBOX_COMMAND_ASSESSMENT: Feature = Feature {
    key: "experimental_sandbox_command_assessment",
    stage: Stage::UnderDevelopment,
    default: false,
};

/// Requests to the vendor's own server are compressed; others are never.
pub const REQUEST_COMPRESSION: Feature =
    Feature { key: "enable_request_compression", stage: Stage::Stable, default: true };

/// The profile of the user's shell is run once, not with each command.
pub const SHELL_SNAPSHOT: Feature = Feature { key: "shell_snapshot", stage: Stage::Stable, default: true };

/// The agent's questions to its user outside of plan mode.
pub const DEFAULT_MODE_REQUEST_USER_INPUT: Feature =
    Feature { key: "default_mode_request_user_input", stage: Stage::UnderDevelopment, default: false };

/// The tool by which the agent asks for permissions beyond the sandbox.
pub const REQUEST_PERMISSIONS_TOOL: Feature =
    Feature { key: "request_permissions_tool", stage: Stage::UnderDevelopment, default: false };

/// What the agent does to the files of a repository can be undone. Off unless asked for: it reads all files once and adds
/// objects to the repository, and the wire has no method yet that brings them back.
pub const UNDO: Feature = Feature { key: "undo", stage: Stage::UnderDevelopment, default: false };

/// What `undo` was called before.
pub const GHOST_COMMIT: Feature =
    Feature { key: "ghost_commit", stage: Stage::UnderDevelopment, default: false };

/// Goals: what a conversation is to reach by itself.
pub const GOALS: Feature = Feature { key: "goals", stage: Stage::Stable, default: true };

/// All switches that do something here.
pub const FEATURES: [Feature; 14] = [
    SHELL_TOOL,
    UNIFIED_EXEC,
    SHELL_COMMAND_TOOL,
    SHELL_SNAPSHOT,
    REQUEST_COMPRESSION,
    VIEW_IMAGE,
    WEB_SEARCH_REQUEST,
    WEB_SEARCH_CACHED,
    SANDBOX_COMMAND_ASSESSMENT,
    DEFAULT_MODE_REQUEST_USER_INPUT,
    REQUEST_PERMISSIONS_TOOL,
    UNDO,
    GHOST_COMMIT,
    GOALS,
];

/// The defaults with what is set laid over them.
pub fn effective(set: &BTreeMap<String, bool>) -> BTreeMap<String, bool> {
    let mut all: BTreeMap<String, bool> =
        FEATURES.iter().map(|feature| (feature.key.to_owned(), feature.default)).collect();
    all.extend(set.iter().map(|(key, on)| (key.clone(), *on)));
    all
}

/// Whether the name of a switch means something, here or to the public codex.
pub fn is_known(key: &str) -> bool {
    FEATURES.iter().any(|feature| feature.key == key) || FOREIGN.split_whitespace().any(|name| name == key)
}

/// Switches of the public codex that have no effect here.
const FOREIGN: &str = "
    agent_message_board agent_message_board_mcp analytics_plan_history api_key_cyber_access_programs
    api_key_model_discovery app_server_websocket_compression apply_patch_freeform
    apply_patch_preserve_line_endings apply_patch_streaming_events apps apps_early_resource_discovery
    apps_mcp_path_override artifact async_compaction async_compaction_root_only auth_elicitation
    background_paginated_rollout_migration bedrock_setup_wizard browser_annotation_api browser_use
    browser_use_external browser_use_full_cdp_access chronicle cli_daybreak cli_resume_account_check
    code_mode code_mode_buffered_exec code_mode_host code_mode_host_grpc
    code_mode_host_output_truncation code_mode_interrupt code_mode_only code_mode_only_strict_3p_tools
    code_mode_prewarm code_mode_tool_description_first code_mode_tool_search codex_apps_mcp_2026_07_28
    codex_git_commit collaboration_modes command_sessions_world_state compaction_image_budget
    computer_use concurrent_reasoning_summaries content_item_kinds context_management credential_masking
    critical_path_timing current_time_reminder cwd_relative_turn_diffs daemon_auto_start
    daybreak_program_propagation defer_mailbox_preemption
    deferred_executor deferred_tool_world_state elevated_windows_sandbox
    enable_experimental_windows_sandbox enable_fanout enable_mcp_apps
    exec_permission_approvals exec_policy executed_tool_call_metadata executor_capability_discovery
    executor_capability_discovery_v2
    experimental_windows_sandbox external_agent_memory_import external_migration fast_mode
    gateway_setup_wizard gcp_setup_wizard guardian_approval
    guardian_conversation_history_tools guardian_denial_reconsideration
    guardian_enhanced_node_repl_transcripts guardian_ext guardian_include_additional_context
    guardian_native_multi_agent_history guardian_node_repl_transcript_images guardian_recorded_items
    guardian_reuse_parent_compaction guardian_root_handoff_context
    guardian_trust_orchestrator_connectors guardianv2 guardianv2.thread_context
    guardianv2_decisions_comparison guardianv3 hooks hosted_search_policy image_detail_original
    image_generation image_generation_animation image_resize_notice in_app_browser in_app_chat
    in_app_dictation in_app_local_automation in_app_updates in_app_voice incremental_exec_tools
    incremental_tools incremental_tools_legacy incremental_tools_legacy_gcp instant_interrupt
    interrupt_on_cancel item_ids js_repl js_repl_tools_only local_thread_store_compression
    local_thread_store_shared_compression login_shell_package_path mcp_2026_07_28 mcp_connection_sharing
    mcp_lazy_stdio_startup mcp_oauth_refresh_coordination mcp_tool_list_changed memories mentions_v2
    model_catalog_in_context multi_agent multi_agent_mode multi_agent_v2 multi_agent_v2_dynamic_tools
    multi_env_copy_file network_proxy non_prefixed_mcp_tool_names nonfatal_clock_read_errors
    omit_app_server_notification_media omit_skill_descriptions output_token_replay parallel personality
    plugin_discovery_prefetch plugin_hooks plugin_sharing plugins powershell_shell_version
    prediction_preserve_parent_tools prefer_mxc prevent_idle_sleep psp realtime_conversation
    reasoning_effort_override recommended_plugins remote_compaction remote_compaction_v2 remote_control
    remote_models remote_plugin request_rule resize_all_images
    respect_system_proxy responses_websockets responses_websockets_v2 retain_client_developer_messages
    retain_client_tool_outputs rmcp_client rollout_budget runtime_agent_instances runtime_metrics
    search_tool secret_auth_storage send_async_message send_message_to_user_async 
    shell_snapshot_v2 shell_zsh_fork simplified_selection_hints
    skill_catalog_deltas skill_env_var_dependency_prompt skill_mcp_dependency_install skill_search
    skip_host_skill_discovery sleep_tool sqlite stable_environment_tools standalone_web_search steer
    step_model_switching streamable_shell subagent_default_context_limits subagent_thread_environments
    suppress_model_change_announcements system_proxy_fallback terminal_resize_reflow
    terminal_visualization_instructions token_budget tool_call_mcp_elicitation tool_search
    tool_search_always_defer_mcp_tools tool_suggest transcript_v2 tui_app_server
    tui_extensions_statusline tui_multi_backend tui_workspace ultrafast_mode unavailable_dummy_tools
    unbounded_connection_retries unified_exec_tty unified_exec_zsh_fork unified_image_budget
    untrusted_as_tool_output use_agent_identity use_legacy_landlock use_linux_sandbox_bwrap use_xaa
    view_image wake_on_agent_messages
    windows_sandbox_service workspace_dependencies workspace_owner_usage_nudge worktrees
    write_stdin_approval
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_laid_over_defaults() {
        let set = [("unified_exec".to_owned(), false), ("memories".to_owned(), true)].into();
        let all = effective(&set);
        assert_eq!(all.get("unified_exec"), Some(&false));
        assert_eq!(all.get("memories"), Some(&true));
        assert_eq!(effective(&BTreeMap::new()).len(), FEATURES.len());
    }

    #[test]
    fn foreign_names_are_known_and_others_are_not() {
        assert!(is_known("unified_exec"));
        assert!(is_known("memories"));
        assert!(!is_known("memoriez"));
        assert!(!is_known(""));
    }
}
