//! With which settings a stored thread goes on: those of its last turn, but for what the request names.

use std::path::PathBuf;

use codex_core::config::Config;
use codex_core::config::error::Error;
use codex_core::config::loader::ConfigLoader;
use codex_core::config::overrides::ThreadOverrides;
use codex_core::config::permissions::{SandboxMode, SandboxOrigin};
use codex_core::rollout::reader::Loaded;
use codex_protocol::policy::{
    ActivePermissionProfile, AskForApproval, ReasoningEffort, ReasoningSummary, SandboxPolicy,
};
use codex_protocol::rollout::{RolloutItem, TurnContextItem};
use serde_json::Value;

/// What a file says of the settings of its last turn.
#[derive(Clone, Debug)]
pub(super) struct StoredSettings {
    cwd: PathBuf,
    model_provider: Option<String>,
    last: Option<LastTurn>,
}

#[derive(Clone, Debug)]
struct LastTurn {
    approval_policy: AskForApproval,
    sandbox_policy: SandboxPolicy,
    active_permission_profile: Option<ActivePermissionProfile>,
    model: String,
    effort: Option<ReasoningEffort>,
    summary: ReasoningSummary,
}

impl StoredSettings {
    /// Of a thread that has had no turn yet.
    pub(super) fn new(cwd: PathBuf) -> Self {
        Self { cwd, model_provider: None, last: None }
    }

    pub(super) fn of(rollout: &Loaded) -> Self {
        let last = rollout.items.iter().rev().find_map(|stored| match &stored.item {
            RolloutItem::TurnContext(context) => Some(context),
            RolloutItem::SessionMeta(_)
            | RolloutItem::ResponseItem(_)
            | RolloutItem::Compacted(_)
            | RolloutItem::EventMsg(_) => None,
        });
        Self {
            cwd: last.map_or_else(|| rollout.meta.cwd.clone(), |last| last.cwd.clone()),
            model_provider: rollout.meta.model_provider.clone(),
            last: last.map(|last| LastTurn::of(last)),
        }
    }
}

impl LastTurn {
    fn of(context: &TurnContextItem) -> Self {
        Self {
            approval_policy: context.approval_policy,
            sandbox_policy: context.sandbox_policy.clone(),
            active_permission_profile: context.active_permission_profile.clone(),
            model: context.model.clone(),
            effort: context.effort.clone(),
            summary: context.summary,
        }
    }
}

/// The configuration of the resumed thread. A stored provider that is not configured any more is forgotten, and its
/// model with it.
pub(super) fn config_for(
    configs: &ConfigLoader,
    request: ThreadOverrides,
    stored: StoredSettings,
) -> Result<Config, Error> {
    let mut overrides = request.clone();
    overrides.cwd.get_or_insert_with(|| stored.cwd.clone());
    let names = |keys: &[&str]| keys.iter().any(|key| request.config.contains_key(*key));
    let names_model = request.model.is_some()
        || request.model_provider.is_some()
        || names(&["model", "model_provider", "model_reasoning_effort"]);
    let mut with_model = overrides.clone();
    if !names_model {
        with_model.model_provider = stored.model_provider.clone();
        with_model.model = stored.last.as_ref().map(|last| last.model.clone());
        let effort = stored.last.as_ref().and_then(|last| last.effort.clone());
        with_model
            .config
            .extend(effort.map(|effort| ("model_reasoning_effort".to_owned(), Value::from(effort))));
    }
    let mut config = match configs.for_thread(&with_model) {
        Err(Error::Setting(_)) if !names_model => configs.for_thread(&overrides)?,
        loaded => loaded?,
    };
    if let Some(last) = stored.last {
        if !names_model && !names(&["model_reasoning_summary"]) {
            config.model_reasoning_summary = Some(last.summary);
        }
        if request.approval_policy.is_none() && !names(&["approval_policy"]) {
            config.approval_policy = last.approval_policy;
        }
        let names_sandbox = request.sandbox.is_some()
            || request.permissions.is_some()
            || names(&["sandbox_mode", "default_permissions"]);
        if !names_sandbox {
            config.sandbox_mode = SandboxMode::closest(&last.sandbox_policy).unwrap_or(config.sandbox_mode);
            config.sandbox_policy = last.sandbox_policy;
            config.sandbox_origin = match last.active_permission_profile {
                Some(_) => SandboxOrigin::Profile,
                None => SandboxOrigin::Mode,
            };
            config.active_permission_profile = last.active_permission_profile;
        }
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use codex_core::base::environment::Environment;
    use codex_core::base::paths::AbsolutePath;
    use codex_core::config::home::Surroundings;
    use codex_core::config::overrides::Flags;
    use expect_test::{Expect, expect};

    use super::*;

    /// The settings of a thread that ended as read-only under `untrusted`, with this file and request.
    fn check(file: &str, request: ThreadOverrides, expected: Expect) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), file).unwrap();
        let surroundings = Surroundings {
            environment: Environment::default(),
            home: AbsolutePath::new(folder.path()).unwrap(),
            directory: AbsolutePath::new("/server").unwrap(),
        };
        let configs =
            ConfigLoader::new(surroundings, &Flags::default()).unwrap().with_system_folder("/nonexistent");
        let stored = StoredSettings {
            cwd: "/stored".into(),
            model_provider: Some("rehearsal".into()),
            last: Some(LastTurn {
                approval_policy: AskForApproval::UnlessTrusted,
                sandbox_policy: SandboxPolicy::ReadOnly { network_access: false },
                active_permission_profile: None,
                model: "rehearsal-slow".into(),
                effort: Some("high".into()),
                summary: ReasoningSummary::Detailed,
            }),
        };
        expected.assert_eq(&match config_for(&configs, request, stored) {
            Ok(config) => format!(
                "{} {} {} {:?} {:?} {:?} {:?}",
                config.cwd,
                config.model_provider_id,
                config.model,
                config.model_reasoning_effort,
                config.model_reasoning_summary,
                config.approval_policy,
                config.sandbox_policy
            ),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn the_settings_of_the_last_turn_go_on() {
        check(
            "model = \"other\"\nsandbox_mode = \"workspace-write\"",
            ThreadOverrides::default(),
            expect![[
                r#"/stored rehearsal rehearsal-slow Some("high") Some(Detailed) UnlessTrusted ReadOnly { network_access: false }"#
            ]],
        );
    }

    #[test]
    fn the_request_counts_before_what_is_stored() {
        let request = ThreadOverrides {
            cwd: Some("sub".into()),
            model: Some("mine".into()),
            approval_policy: Some(AskForApproval::Never),
            sandbox: Some(SandboxMode::DangerFullAccess),
            ..ThreadOverrides::default()
        };
        check(
            "model_provider = \"rehearsal\"",
            request,
            expect!["/server/sub rehearsal mine None None Never DangerFullAccess"],
        );
    }

    #[test]
    fn settings_of_the_request_count_too() {
        let config = [("model_reasoning_effort", "low"), ("sandbox_mode", "workspace-write")];
        let config = config.map(|(key, value)| (key.to_owned(), Value::from(value)));
        let request = ThreadOverrides { config: config.into_iter().collect(), ..ThreadOverrides::default() };
        check(
            "model_provider = \"rehearsal\"\nmodel = \"m\"",
            request,
            expect![[
                r#"/stored rehearsal m Some("low") None UnlessTrusted WorkspaceWrite(WorkspaceWrite { writable_roots: [], network_access: false, exclude_tmpdir_env_var: false, exclude_slash_tmp: false, keep_cwd: false, read_only: [], unreadable: [] })"#
            ]],
        );
    }
}
