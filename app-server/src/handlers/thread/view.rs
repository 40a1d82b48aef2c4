//! What a client is shown of a loaded thread: the thread itself, its settings in force, its token usage.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::notice::{DeprecationNoticeNotification, WarningNotification};
use codex_app_server_protocol::v2::permission::ActivePermissionProfile;
use codex_app_server_protocol::v2::settings::{
    ApprovalsReviewer, CollaborationMode, ModeKind, MultiAgentMode, Settings, ThreadSettings,
    ThreadSettingsUpdatedNotification,
};
use codex_app_server_protocol::v2::thread::{Thread, ThreadEnvironment};
use codex_app_server_protocol::v2::thread_start::ThreadStartResponse;
use codex_app_server_protocol::v2::usage::ThreadTokenUsageUpdatedNotification;
use codex_core::context::modes;
use codex_core::rollout::list::StoredThread;
use codex_core::session::request::Snapshot;
use codex_core::session::settings::SessionSettings;
use codex_protocol::ids::ConversationId;
use codex_protocol::mode;
use codex_protocol::policy::SandboxPolicy;

use crate::convert::to_wire::{LOCAL, path, policy, thread, usage};
use crate::threads::LoadedThread;

/// The thread, without turns. `stored` is what its file says, if it has one.
pub(super) fn thread(loaded: &LoadedThread, stored: Option<StoredThread>, snapshot: &Snapshot) -> Thread {
    let id = loaded.conversation.id();
    let config = loaded.conversation.config();
    let facts = &loaded.facts;
    let created_at = facts.created_at_ms.div_euclid(1000);
    let base = match stored {
        Some(stored) => thread::stored(stored, loaded.status()),
        None => Thread {
            forked_from_id: facts.forked_from.map(|id| id.to_string()),
            created_at,
            updated_at: created_at,
            recency_at: Some(created_at),
            cli_version: facts.cli_version.clone(),
            originator: Some(facts.originator.clone()),
            git_info: facts.git.clone().map(thread::git_info),
            ..thread::blank(id, loaded.status())
        },
    };
    Thread {
        ephemeral: facts.path.is_none(),
        model_provider: config.model_provider_id.clone(),
        model: Some(snapshot.settings.model.clone()),
        reasoning_effort: snapshot.settings.effort.clone(),
        path: facts.path.as_deref().map(path),
        cwd: path(&snapshot.settings.cwd),
        environments: Some(vec![environment(&snapshot.settings)]),
        ..base
    }
}

/// The thread with its settings in force.
pub(super) fn response(loaded: &LoadedThread, thread: Thread, snapshot: &Snapshot) -> ThreadStartResponse {
    let config = loaded.conversation.config();
    let settings = &snapshot.settings;
    ThreadStartResponse {
        thread,
        model: settings.model.clone(),
        model_provider: config.model_provider_id.clone(),
        service_tier: settings.service_tier.clone(),
        disabled_plugin_ids: Vec::new(),
        cwd: path(&settings.cwd),
        runtime_workspace_roots: workspace_roots(settings),
        instruction_sources: loaded.facts.instruction_sources.iter().map(|file| path(file)).collect(),
        approval_policy: policy::approval_policy(settings.approval_policy),
        approvals_reviewer: ApprovalsReviewer::User,
        sandbox: policy::sandbox_policy(&settings.sandbox_policy),
        active_permission_profile: active_profile(settings),
        reasoning_effort: settings.effort.clone(),
        multi_agent_mode: MultiAgentMode::default(),
    }
}

/// Where commands of the thread run.
fn environment(settings: &SessionSettings) -> ThreadEnvironment {
    ThreadEnvironment {
        environment_id: LOCAL.to_owned(),
        cwd: path(&settings.cwd),
        runtime_workspace_roots: workspace_roots(settings),
    }
}

/// The working directory, and what else may be written.
fn workspace_roots(settings: &SessionSettings) -> Vec<String> {
    let more = match &settings.sandbox_policy {
        SandboxPolicy::WorkspaceWrite(write) => write.writable_roots.as_slice(),
        SandboxPolicy::DangerFullAccess
        | SandboxPolicy::ReadOnly { .. }
        | SandboxPolicy::ExternalSandbox { .. } => &[],
    };
    let mut roots = vec![path(&settings.cwd)];
    roots.extend(more.iter().map(|root| path(root)));
    roots
}

/// What the thread has used so far, for a client that was not there.
pub(super) fn token_usage(
    id: ConversationId,
    last_turn: Option<String>,
    snapshot: &Snapshot,
) -> Option<ServerNotification> {
    Some(ServerNotification::ThreadTokenUsageUpdated(ThreadTokenUsageUpdatedNotification {
        thread_id: id.to_string(),
        turn_id: last_turn?,
        token_usage: usage::thread_usage(snapshot.tokens.as_ref()?),
    }))
}

/// A whole history in one answer grows without a limit.
pub(super) fn whole_history_is_deprecated(remedy: &str) -> ServerNotification {
    ServerNotification::DeprecationNotice(DeprecationNoticeNotification {
        summary: format!(
            "All turns of a thread in one answer are deprecated, since they have no limit. {remedy}"
        ),
        details: None,
    })
}

/// All settings of later turns, as they are now.
pub(in crate::handlers) fn settings_updated(
    loaded: &LoadedThread,
    settings: &SessionSettings,
) -> ServerNotification {
    let config = loaded.conversation.config();
    ServerNotification::ThreadSettingsUpdated(ThreadSettingsUpdatedNotification {
        thread_id: loaded.conversation.id().to_string(),
        thread_settings: ThreadSettings {
            disabled_plugin_ids: Vec::new(),
            cwd: path(&settings.cwd),
            environments: Some(vec![environment(settings)]),
            approval_policy: policy::approval_policy(settings.approval_policy),
            approvals_reviewer: ApprovalsReviewer::User,
            sandbox_policy: policy::sandbox_policy(&settings.sandbox_policy),
            active_permission_profile: active_profile(settings),
            model: settings.model.clone(),
            model_provider: config.model_provider_id.clone(),
            service_tier: settings.service_tier.clone(),
            effort: settings.effort.clone(),
            summary: Some(policy::summary(settings.summary)),
            collaboration_mode: collaboration_mode(settings),
            multi_agent_mode: MultiAgentMode::default(),
            personality: None,
        },
    })
}

/// The mode, with what the model is told about it where that is not what it is told anyway.
pub(super) fn collaboration_mode(settings: &SessionSettings) -> CollaborationMode {
    let (mode, instructions) = match settings.mode.kind {
        mode::ModeKind::Plan => (ModeKind::Plan, Some(modes::instructions(&settings.mode).to_owned())),
        mode::ModeKind::Default => (ModeKind::Default, settings.mode.instructions.clone()),
    };
    let settings = Settings {
        model: settings.model.clone(),
        reasoning_effort: settings.effort.clone(),
        developer_instructions: instructions,
    };
    CollaborationMode { mode, settings }
}

fn active_profile(settings: &SessionSettings) -> Option<ActivePermissionProfile> {
    let profile = settings.active_permission_profile.clone()?;
    Some(ActivePermissionProfile { id: profile.id, extends: profile.extends })
}

pub(super) fn warning(id: ConversationId, message: String) -> ServerNotification {
    ServerNotification::Warning(WarningNotification { thread_id: Some(id.to_string()), message })
}
