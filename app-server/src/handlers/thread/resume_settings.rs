//! With which settings a stored thread goes on: those of its last turn, but for what the request names.
//!
//! A permission profile goes on under its name, so it is what the configuration says of it by now.

use std::path::PathBuf;

use codex_core::config::Config;
use codex_core::config::error::Error;
use codex_core::config::loader::ConfigLoader;
use codex_core::config::overrides::ThreadOverrides;
use codex_core::config::permissions::{self, SandboxMode, SandboxOrigin};
use codex_core::config::profiles::Profile;
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

/// The configuration of a resumed thread, and what its user should know of it.
#[derive(Debug)]
pub(super) struct ResumedConfig {
    pub config: Config,
    pub warning: Option<String>,
}

/// The configuration of the resumed thread. What was said to one provider does not go to another unless the request
/// says so: a stored provider that is not configured any more is an error.
pub(super) fn config_for(
    configs: &ConfigLoader,
    request: ThreadOverrides,
    stored: StoredSettings,
) -> Result<ResumedConfig, Error> {
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
        Err(Error::Setting(_)) if !names_model => {
            let config = configs.for_thread(&overrides)?;
            match &stored.model_provider {
                Some(id) if !config.model_providers.contains_key(id) => return Err(gone(id)),
                Some(_) | None => config,
            }
        }
        loaded => loaded?,
    };
    let mut warning = None;
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
            warning = go_on(&mut config, last.sandbox_policy, last.active_permission_profile);
        }
    }
    Ok(ResumedConfig { config, warning })
}

fn gone(provider: &str) -> Error {
    Error::Conflict(format!(
        "the thread runs on the model provider `{provider}`, which is not configured any more. Describe it again in \
         `[model_providers.{provider}]`, or name in `modelProvider` another that is to get the conversation"
    ))
}

/// Goes on in the sandbox of the last turn. Returns what is different from then.
fn go_on(
    config: &mut Config,
    stored: SandboxPolicy,
    active: Option<ActivePermissionProfile>,
) -> Option<String> {
    let (policy, active, warning) = match active {
        None => (stored, None, None),
        Some(active) => match config.permission_profile(&active.id) {
            Ok(Profile { active, policy }) => {
                let is_built_in = permissions::profile(&active.id).is_some();
                let (policy, warning) = as_it_is_now(&active.id, is_built_in, policy, &stored);
                (policy, Some(active), warning)
            }
            Err(problem) => {
                return Some(format!(
                    "The thread had a permission profile that is not to be had any more: {problem}. It goes on with \
                     the sandbox of the configuration."
                ));
            }
        },
    };
    config.sandbox_mode = SandboxMode::closest(&policy).unwrap_or(config.sandbox_mode);
    config.sandbox_policy = policy;
    config.sandbox_origin = match active {
        Some(_) => SandboxOrigin::Profile,
        None => SandboxOrigin::Mode,
    };
    config.active_permission_profile = active;
    warning
}

/// The policy of a profile with the folders that requests had added. Of a profile of the user's own it is not known
/// whether a folder was added or stood in the profile that time; so it is left out, which is told.
fn as_it_is_now(
    id: &str,
    is_built_in: bool,
    mut policy: SandboxPolicy,
    stored: &SandboxPolicy,
) -> (SandboxPolicy, Option<String>) {
    let (SandboxPolicy::WorkspaceWrite(write), SandboxPolicy::WorkspaceWrite(earlier)) =
        (&mut policy, stored)
    else {
        return (policy, None);
    };
    let more = earlier.writable_roots.iter().filter(|root| !write.writable_roots.contains(root));
    let more: Vec<PathBuf> = more.cloned().collect();
    if is_built_in {
        write.writable_roots.extend(more);
        return (policy, None);
    }
    let shown: Vec<String> = more.iter().map(|root| format!("`{}`", root.display())).collect();
    let warning = (!more.is_empty()).then(|| {
        format!(
            "The thread goes on with the permission profile `{id}` as it is now, in which {} cannot be written; \
             name a folder in `runtimeWorkspaceRoots` to add it to the workspace.",
            shown.join(", ")
        )
    });
    (policy, warning)
}

#[cfg(test)]
mod tests {
    use codex_core::base::environment::Environment;
    use codex_core::base::paths::AbsolutePath;
    use codex_core::config::home::Surroundings;
    use codex_core::config::overrides::Flags;
    use codex_protocol::policy::WorkspaceWrite;
    use expect_test::{Expect, expect};

    use super::*;

    fn loader(folder: &tempfile::TempDir) -> ConfigLoader {
        let surroundings = Surroundings {
            environment: Environment::default(),
            home: AbsolutePath::new(folder.path()).unwrap(),
            directory: AbsolutePath::new("/server").unwrap(),
        };
        ConfigLoader::new(surroundings, &Flags::default()).unwrap().with_system_folder("/nonexistent")
    }

    /// The settings of a thread that ended as read-only under `untrusted`, with this file and request.
    fn check(file: &str, request: ThreadOverrides, expected: Expect) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), file).unwrap();
        let configs = loader(&folder);
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
            Ok(ResumedConfig { config, .. }) => format!(
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
    fn a_conversation_goes_to_no_other_provider_by_itself() {
        let stored = |provider: &str| StoredSettings {
            model_provider: Some(provider.to_owned()),
            ..StoredSettings::new("/stored".into())
        };
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), "model = \"m\"").unwrap();
        let configs = loader(&folder);
        let gone = config_for(&configs, ThreadOverrides::default(), stored("mine"));
        expect![[r#"the thread runs on the model provider `mine`, which is not configured any more. Describe it again in `[model_providers.mine]`, or name in `modelProvider` another that is to get the conversation"#]].assert_eq(&gone.unwrap_err().to_string());
        let named =
            ThreadOverrides { model_provider: Some("rehearsal".into()), ..ThreadOverrides::default() };
        let config = config_for(&configs, named, stored("mine")).unwrap().config;
        assert_eq!(config.model_provider_id, "rehearsal");
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

    /// How a thread with this profile and root goes on with a file.
    fn profile(file: &str, id: &str, root: &str, expected: Expect) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), file).unwrap();
        let configs = loader(&folder);
        let write = WorkspaceWrite { writable_roots: vec![root.into()], ..WorkspaceWrite::default() };
        let last = LastTurn {
            approval_policy: AskForApproval::UnlessTrusted,
            sandbox_policy: SandboxPolicy::WorkspaceWrite(write),
            active_permission_profile: Some(ActivePermissionProfile { id: id.into(), extends: None }),
            model: "m".into(),
            effort: None,
            summary: ReasoningSummary::Auto,
        };
        let stored = StoredSettings { last: Some(last), ..StoredSettings::new("/stored".into()) };
        let ResumedConfig { config, warning } =
            config_for(&configs, ThreadOverrides::default(), stored).unwrap();
        let policy = serde_json::to_string(&config.sandbox_policy).unwrap();
        let active = config.active_permission_profile.map(|active| active.id);
        expected.assert_eq(&format!("{active:?} {policy}\n{}", warning.unwrap_or_default()));
    }

    #[test]
    fn a_profile_goes_on_as_it_is_now() {
        let mine = "[permissions.mine]\nextends = ':workspace'\n[permissions.mine.filesystem]\n'/a' = 'write'\n'/b' = 'deny'";
        profile(
            mine,
            "mine",
            "/a",
            expect![[r#"
            Some("mine") {"type":"workspace-write","writable_roots":["/a"],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false,"unreadable":["/b"]}
        "#]],
        );
        profile(
            mine,
            "mine",
            "/earlier",
            expect![[r#"
            Some("mine") {"type":"workspace-write","writable_roots":["/a"],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false,"unreadable":["/b"]}
            The thread goes on with the permission profile `mine` as it is now, in which `/earlier` cannot be written; name a folder in `runtimeWorkspaceRoots` to add it to the workspace."#]],
        );
        profile(
            mine,
            ":workspace",
            "/added",
            expect![[r#"
            Some(":workspace") {"type":"workspace-write","writable_roots":["/added"],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}
        "#]],
        );
        profile(
            mine,
            "gone",
            "/earlier",
            expect![[r#"
            Some(":read-only") {"type":"read-only"}
            The thread had a permission profile that is not to be had any more: there is no permission profile `gone`; known are `:read-only`, `:workspace`, `:danger-full-access`, `mine`. It goes on with the sandbox of the configuration."#]],
        );
        let broken = "sandbox_mode = 'workspace-write'\n[permissions.mine.filesystem]\n'*' = 'deny'";
        profile(
            broken,
            "mine",
            "/earlier",
            expect![[r#"
            None {"type":"workspace-write","network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}
            The thread had a permission profile that is not to be had any more: the permission profile `mine` cannot be used: `*` is a pattern, which cannot be kept for files to come; name the paths. It goes on with the sandbox of the configuration."#]],
        );
    }
}
