//! A turn that a client starts: the user's message and the settings that it brings along.

use std::path::PathBuf;

use codex_app_server_protocol::v2::settings::{CollaborationMode, ModeKind};
use codex_app_server_protocol::v2::thread_update::ThreadSettingsUpdateParams;
use codex_app_server_protocol::v2::turn::TurnStartParams;
use codex_core::base::paths::AbsolutePath;
use codex_core::config::Config;
use codex_core::config::profiles::Profile;
use codex_protocol::mode::{self, Mode};
use codex_protocol::policy::{ActivePermissionProfile, SandboxPolicy};
use codex_protocol::submission::{TurnOverrides, UserTurn};

use super::input::user_input;
use super::{policy, unsupported};
use crate::error::RpcError;

/// What a turn's settings are seen from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    /// The directory of the server, from which a relative `cwd` counts.
    pub(crate) directory: &'a AbsolutePath,
    /// What the thread was started with, for permission profiles and the knobs of workspace-write.
    pub(crate) config: &'a Config,
    /// What the turn before could touch, by which profile, and where it worked.
    pub(crate) sandbox_policy: &'a SandboxPolicy,
    pub(crate) active_permission_profile: Option<&'a ActivePermissionProfile>,
    pub(crate) cwd: &'a AbsolutePath,
}

/// What a client wants of a turn. Wishes of style (`personality`, `multiAgentMode`), notes for the vendor
/// (`turnTrigger`, `parentTurnId`, `rootTurnId`, `responsesapiClientMetadata`, `cyberAccessProgram`) and the switching
/// off of plugins, of which there are none, change nothing here. Whoever is named as the reviewer of approvals, a
/// human is asked. What would change the model's input, its price or the place of commands is refused. What a mode
/// says counts before the same setting beside it.
pub(crate) fn user_turn(params: TurnStartParams, from: Surroundings<'_>) -> Result<UserTurn, RpcError> {
    refuse_unsupported(&params)?;
    let (mode, model, effort) = match params.collaboration_mode {
        // The settings of a mode take the place of those beside it, also where they name nothing.
        Some(CollaborationMode { mode, settings }) => (
            Some(collaboration_mode(mode, settings.developer_instructions)),
            Some(settings.model),
            Some(settings.reasoning_effort),
        ),
        None => (None, params.model, params.effort.map(Some)),
    };
    let cwd = params.cwd.map(|cwd| from.directory.join(cwd));
    let roots = params.runtime_workspace_roots.map(policy::workspace_roots).transpose()?;
    let mut sandbox_policy = match (params.sandbox_policy, params.permissions) {
        (Some(_), Some(_)) => {
            return Err(RpcError::invalid_request("`permissions` cannot be combined with `sandboxPolicy`"));
        }
        (Some(policy), None) => Some((policy::sandbox_policy(policy)?, None)),
        (None, Some(id)) => {
            let Profile { active, policy } = profile(&id, from.config)?;
            let policy = if roots.is_none() { with_roots_of(from, policy) } else { policy };
            Some((policy, Some(active)))
        }
        (None, None) => {
            roots.is_some().then(|| (without_roots(from), from.active_permission_profile.cloned()))
        }
    };
    if let (Some((policy, _)), Some(roots)) = (&mut sandbox_policy, roots) {
        policy::add_roots(policy, cwd.as_ref().unwrap_or(from.cwd).as_path(), roots);
    }
    let (sandbox_policy, active_permission_profile) = sandbox_policy.unzip();
    Ok(UserTurn {
        items: user_input(params.input)?,
        client_id: params.client_user_message_id,
        overrides: TurnOverrides {
            cwd: cwd.map(AbsolutePath::into_path_buf),
            approval_policy: params.approval_policy.map(policy::approval_policy),
            sandbox_policy,
            active_permission_profile: active_permission_profile.flatten(),
            model,
            effort,
            summary: params.summary.map(policy::summary),
            service_tier: params.service_tier,
            mode,
        },
        final_output_json_schema: params.output_schema,
    })
}

/// What a client wants of all later turns, as a turn without input would bring it along.
pub(crate) fn settings(
    params: ThreadSettingsUpdateParams,
    from: Surroundings<'_>,
) -> Result<TurnOverrides, RpcError> {
    let turn = TurnStartParams {
        cwd: params.cwd,
        environments: params.environments,
        approval_policy: params.approval_policy,
        sandbox_policy: params.sandbox_policy,
        permissions: params.permissions,
        model: params.model,
        service_tier: params.service_tier,
        effort: params.effort,
        summary: params.summary,
        collaboration_mode: params.collaboration_mode,
        ..TurnStartParams::default()
    };
    Ok(user_turn(turn, from)?.overrides)
}

fn refuse_unsupported(params: &TurnStartParams) -> Result<(), RpcError> {
    let used = [
        ("toolOutput", params.tool_output.is_some(), "send its text as `input`"),
        (
            "additionalContext",
            params.additional_context.as_ref().is_some_and(|context| !context.is_empty()),
            "send its text as `input`",
        ),
        ("environments", params.environments.is_some(), "use `cwd` and `runtimeWorkspaceRoots`"),
        ("serviceTierForTurn", params.service_tier_for_turn.is_some(), "use `serviceTier`"),
    ];
    match used.into_iter().find(|(_, used, _)| *used) {
        Some((field, _, remedy)) => Err(unsupported(field, remedy)),
        None => Ok(()),
    }
}

fn collaboration_mode(kind: ModeKind, instructions: Option<String>) -> Mode {
    let kind = match kind {
        ModeKind::Plan => mode::ModeKind::Plan,
        ModeKind::Default => mode::ModeKind::Default,
    };
    Mode { kind, instructions: instructions.filter(|text| !text.trim().is_empty()) }
}

/// The policy of the turn before, without the roots that a request added to those of its profile or the settings.
fn without_roots(from: Surroundings<'_>) -> SandboxPolicy {
    let mut policy = from.sandbox_policy.clone();
    if let SandboxPolicy::WorkspaceWrite(write) = &mut policy {
        write.writable_roots = settled_roots(from);
    }
    policy
}

/// A profile says what may be done, and leaves the folders that a request added to the workspace as they are.
fn with_roots_of(from: Surroundings<'_>, mut wanted: SandboxPolicy) -> SandboxPolicy {
    if let (SandboxPolicy::WorkspaceWrite(earlier), SandboxPolicy::WorkspaceWrite(write)) =
        (from.sandbox_policy, &wanted)
        && !write.keep_cwd
    {
        let settled = settled_roots(from);
        // Nor what the profile before said of places below them.
        let is_settled = |root: &PathBuf| {
            settled.iter().any(|path| root == path || (path.is_relative() && root.ends_with(path)))
        };
        let added = earlier.writable_roots.iter().filter(|root| !is_settled(root)).cloned().collect();
        policy::add_roots(&mut wanted, from.cwd.as_path(), added);
    }
    wanted
}

/// The roots that the turn before had without those that a request added.
fn settled_roots(from: Surroundings<'_>) -> Vec<PathBuf> {
    let profile = from.active_permission_profile.map(|active| from.config.permission_profile(&active.id));
    match profile {
        Some(Ok(Profile { policy: SandboxPolicy::WorkspaceWrite(write), .. })) => write.writable_roots,
        _ => from.config.sandbox_workspace_write.writable_roots.clone(),
    }
}

fn profile(id: &str, config: &Config) -> Result<Profile, RpcError> {
    let wrong = |problem| RpcError::invalid_request(format!("`permissions`: {problem}"));
    config.permission_profile(id).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use codex_core::config::profiles::Configured;
    use codex_protocol::policy::WorkspaceWrite;
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::*;

    fn check(fields: Value, expected: Expect) {
        let mut params = json!({"threadId": "t", "input": []});
        params.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let directory = AbsolutePath::new("/server").unwrap();
        let mut config = Config::defaults(directory.clone(), directory.clone());
        config.sandbox_workspace_write.network_access = true;
        let mine = Profile {
            active: ActivePermissionProfile { id: "mine".into(), extends: Some(":workspace".into()) },
            policy: SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
                writable_roots: vec!["/mine".into()],
                unreadable: vec!["/secret".into()],
                ..WorkspaceWrite::default()
            }),
        };
        let configured = |profile| Configured { description: None, profile };
        config.permission_profiles = [
            ("mine".to_owned(), configured(Ok(mine))),
            ("broken".to_owned(), configured(Err("it is broken".into()))),
        ]
        .into();
        let sandbox_policy = SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
            writable_roots: vec!["/extra".into()],
            ..WorkspaceWrite::default()
        });
        let cwd = AbsolutePath::new("/work").unwrap();
        let from = Surroundings {
            directory: &directory,
            config: &config,
            sandbox_policy: &sandbox_policy,
            active_permission_profile: None,
            cwd: &cwd,
        };
        expected.assert_eq(&match user_turn(serde_json::from_value(params).unwrap(), from) {
            Ok(turn) => serde_json::to_string(&turn).unwrap(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn settings() {
        check(
            json!({}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":null,"active_permission_profile":null,"model":null,"effort":null,"summary":null,"service_tier":null,"mode":null},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"input": [{"type": "text", "text": "hi"}], "clientUserMessageId": "c", "cwd": "sub",
                   "approvalPolicy": "never", "sandboxPolicy": {"type": "readOnly"}, "model": "m",
                   "effort": "high", "summary": "none", "serviceTier": null, "outputSchema": {"type": "object"}}),
            expect![[
                r#"{"items":[{"type":"text","text":"hi","text_elements":[]}],"client_id":"c","overrides":{"cwd":"/server/sub","approval_policy":"never","sandbox_policy":{"type":"read-only"},"active_permission_profile":null,"model":"m","effort":"high","summary":"none","service_tier":null,"mode":null},"final_output_json_schema":{"type":"object"}}"#
            ]],
        );
        check(
            json!({"permissions": ":workspace", "cwd": "/a/../b"}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":"/b","approval_policy":null,"sandbox_policy":{"type":"workspace-write","writable_roots":["/extra"],"network_access":true,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false},"active_permission_profile":{"id":":workspace","extends":null},"model":null,"effort":null,"summary":null,"service_tier":null,"mode":null},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"model": "plain", "effort": "high", "collaborationMode": {"mode": "default", "settings":
                   {"model": "m", "reasoning_effort": "low", "developer_instructions": null}}}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":null,"active_permission_profile":null,"model":"m","effort":"low","summary":null,"service_tier":null,"mode":{"kind":"default","instructions":null}},"final_output_json_schema":null}"#
            ]],
        );
    }

    #[test]
    fn modes() {
        check(
            json!({"model": "plain", "effort": "high", "collaborationMode": {"mode": "plan", "settings":
                   {"model": "m"}}}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":null,"active_permission_profile":null,"model":"m","effort":null,"summary":null,"service_tier":null,"mode":{"kind":"plan","instructions":null}},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"collaborationMode": {"mode": "pair_programming", "settings":
                   {"model": "m", "reasoning_effort": "low", "developer_instructions": "Be brief."}}}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":null,"active_permission_profile":null,"model":"m","effort":"low","summary":null,"service_tier":null,"mode":{"kind":"default","instructions":"Be brief."}},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"collaborationMode": {"mode": "plan", "settings": {"model": "m", "developer_instructions": " "}}}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":null,"active_permission_profile":null,"model":"m","effort":null,"summary":null,"service_tier":null,"mode":{"kind":"plan","instructions":null}},"final_output_json_schema":null}"#
            ]],
        );
    }

    #[test]
    fn workspace_roots() {
        check(
            json!({"runtimeWorkspaceRoots": ["/a", "/work"]}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":{"type":"workspace-write","writable_roots":["/a"],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false},"active_permission_profile":null,"model":null,"effort":null,"summary":null,"service_tier":null,"mode":null},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"runtimeWorkspaceRoots": ["/a"], "permissions": ":workspace"}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":{"type":"workspace-write","writable_roots":["/a"],"network_access":true,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false},"active_permission_profile":{"id":":workspace","extends":null},"model":null,"effort":null,"summary":null,"service_tier":null,"mode":null},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"runtimeWorkspaceRoots": ["/a"], "sandboxPolicy": {"type": "workspaceWrite",
                   "writableRoots": ["/b"]}}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":{"type":"workspace-write","writable_roots":["/b","/a"],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false},"active_permission_profile":null,"model":null,"effort":null,"summary":null,"service_tier":null,"mode":null},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"runtimeWorkspaceRoots": ["/a"], "permissions": ":read-only"}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":{"type":"read-only"},"active_permission_profile":{"id":":read-only","extends":null},"model":null,"effort":null,"summary":null,"service_tier":null,"mode":null},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"runtimeWorkspaceRoots": ["a"]}),
            expect![
                "`runtimeWorkspaceRoots`: the path `a` is relative; write it from the root of the file system (-32600)"
            ],
        );
    }

    #[test]
    fn a_profile_of_the_configuration() {
        check(
            json!({"permissions": "mine"}),
            expect![[
                r#"{"items":[],"client_id":null,"overrides":{"cwd":null,"approval_policy":null,"sandbox_policy":{"type":"workspace-write","writable_roots":["/mine","/extra"],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false,"unreadable":["/secret"]},"active_permission_profile":{"id":"mine","extends":":workspace"},"model":null,"effort":null,"summary":null,"service_tier":null,"mode":null},"final_output_json_schema":null}"#
            ]],
        );
        check(
            json!({"permissions": "broken"}),
            expect!["`permissions`: the permission profile `broken` cannot be used: it is broken (-32600)"],
        );
    }

    #[test]
    fn refusals() {
        check(
            json!({"permissions": ":workspace", "sandboxPolicy": {"type": "readOnly"}}),
            expect!["`permissions` cannot be combined with `sandboxPolicy` (-32600)"],
        );
        check(
            json!({"permissions": "other"}),
            expect![
                "`permissions`: there is no permission profile `other`; known are `:read-only`, `:workspace`, `:danger-full-access`, `broken`, `mine` (-32600)"
            ],
        );
        check(
            json!({"toolOutput": {"name": "t", "output": "x"}}),
            expect!["`toolOutput` is not supported by this server; send its text as `input` (-32600)"],
        );
        check(
            json!({"environments": [{"environmentId": "local", "cwd": "/"}]}),
            expect![
                "`environments` is not supported by this server; use `cwd` and `runtimeWorkspaceRoots` (-32600)"
            ],
        );
    }
}
