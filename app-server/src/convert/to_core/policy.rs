//! Approval and sandbox policies that a client chooses.

use std::path::{Path, PathBuf};

use codex_app_server_protocol::v2::settings as wire;
use codex_core::config::permissions::SandboxMode;
use codex_protocol::policy::{
    AskForApproval, GranularApproval, NetworkAccess, ReasoningSummary, SandboxPolicy, WorkspaceWrite,
};

use crate::error::RpcError;

pub(crate) fn approval_policy(policy: wire::AskForApproval) -> AskForApproval {
    match policy {
        wire::AskForApproval::Untrusted => AskForApproval::UnlessTrusted,
        wire::AskForApproval::OnRequest => AskForApproval::OnRequest,
        wire::AskForApproval::Never => AskForApproval::Never,
        wire::AskForApproval::Granular {
            sandbox_approval,
            rules,
            skill_approval,
            request_permissions,
            mcp_elicitations,
        } => AskForApproval::Granular(GranularApproval {
            sandbox_approval,
            rules,
            skill_approval,
            request_permissions,
            mcp_elicitations,
        }),
    }
}

pub(crate) fn sandbox_mode(mode: wire::SandboxMode) -> SandboxMode {
    match mode {
        wire::SandboxMode::ReadOnly => SandboxMode::ReadOnly,
        wire::SandboxMode::WorkspaceWrite => SandboxMode::WorkspaceWrite,
        wire::SandboxMode::DangerFullAccess => SandboxMode::DangerFullAccess,
    }
}

pub(crate) fn sandbox_policy(policy: wire::SandboxPolicy) -> Result<SandboxPolicy, RpcError> {
    Ok(match policy {
        wire::SandboxPolicy::DangerFullAccess => SandboxPolicy::DangerFullAccess,
        wire::SandboxPolicy::ReadOnly { network_access } => SandboxPolicy::ReadOnly { network_access },
        wire::SandboxPolicy::ExternalSandbox { network_access } => {
            SandboxPolicy::ExternalSandbox { network_access: network(network_access) }
        }
        wire::SandboxPolicy::WorkspaceWrite {
            writable_roots,
            network_access,
            exclude_tmpdir_env_var,
            exclude_slash_tmp,
        } => SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
            writable_roots: writable_roots.into_iter().map(writable_root).collect::<Result<_, _>>()?,
            network_access,
            exclude_tmpdir_env_var,
            exclude_slash_tmp,
            ..WorkspaceWrite::default()
        }),
    })
}

/// What a relative root counts from would be a guess, and a wrong guess opens a folder.
fn writable_root(root: String) -> Result<PathBuf, RpcError> {
    let path = PathBuf::from(&root);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(RpcError::invalid_request(format!(
        "`sandboxPolicy.writableRoots`: the path `{root}` is relative; write it from the root of the file system"
    )))
}

/// Folders of the workspace besides the working directory.
pub(crate) fn workspace_roots(roots: Vec<String>) -> Result<Vec<PathBuf>, RpcError> {
    let absolute = |root: String| {
        let path = PathBuf::from(&root);
        if path.is_absolute() {
            return Ok(path);
        }
        Err(RpcError::invalid_request(format!(
            "`runtimeWorkspaceRoots`: the path `{root}` is relative; write it from the root of the file system"
        )))
    };
    roots.into_iter().map(absolute).collect()
}

/// Makes these folders parts of the workspace: written as the working directory is, with what a profile says of places
/// below the workspace. Its paths are relative.
pub(crate) fn add_roots(policy: &mut SandboxPolicy, cwd: &Path, roots: Vec<PathBuf>) {
    let SandboxPolicy::WorkspaceWrite(write) = policy else { return };
    for root in roots.into_iter().filter(|root| root != cwd) {
        for paths in [&mut write.writable_roots, &mut write.read_only, &mut write.unreadable] {
            let below: Vec<PathBuf> =
                paths.iter().filter(|path| path.is_relative()).map(|path| root.join(path)).collect();
            add(paths, below);
        }
        if !write.keep_cwd {
            add(&mut write.writable_roots, vec![root]);
        }
    }
}

fn add(paths: &mut Vec<PathBuf>, more: Vec<PathBuf>) {
    for path in more {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
}

fn network(access: wire::NetworkAccess) -> NetworkAccess {
    match access {
        wire::NetworkAccess::Restricted => NetworkAccess::Restricted,
        wire::NetworkAccess::Enabled => NetworkAccess::Enabled,
    }
}

pub(crate) fn summary(summary: wire::ReasoningSummary) -> ReasoningSummary {
    match summary {
        wire::ReasoningSummary::Auto => ReasoningSummary::Auto,
        wire::ReasoningSummary::Concise => ReasoningSummary::Concise,
        wire::ReasoningSummary::Detailed => ReasoningSummary::Detailed,
        wire::ReasoningSummary::None => ReasoningSummary::None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::*;
    use crate::convert::to_wire;

    fn check(policy: Value, expected: Expect) {
        let policy = serde_json::from_value(policy).unwrap();
        expected.assert_eq(&match sandbox_policy(policy) {
            Ok(policy) => serde_json::to_string(&policy).unwrap(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn sandbox_policies() {
        check(json!({"type": "dangerFullAccess"}), expect![[r#"{"type":"danger-full-access"}"#]]);
        check(json!({"type": "readOnly"}), expect![[r#"{"type":"read-only"}"#]]);
        check(
            json!({"type": "externalSandbox", "networkAccess": "enabled"}),
            expect![[r#"{"type":"external-sandbox","network_access":"enabled"}"#]],
        );
        check(
            json!({"type": "workspaceWrite", "writableRoots": ["/a"], "networkAccess": true}),
            expect![[
                r#"{"type":"workspace-write","writable_roots":["/a"],"network_access":true,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}"#
            ]],
        );
        check(
            json!({"type": "workspaceWrite", "writableRoots": ["/a", "b"]}),
            expect![
                "`sandboxPolicy.writableRoots`: the path `b` is relative; write it from the root of the file system (-32600)"
            ],
        );
    }

    #[test]
    fn what_a_profile_says_of_the_workspace_counts_for_added_roots() {
        let check = |keep_cwd, expected: Expect| {
            let mut policy = SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
                keep_cwd,
                writable_roots: vec!["/a".into(), "out".into()],
                read_only: vec!["docs".into(), "/a/b".into()],
                unreadable: vec![".env".into()],
                ..WorkspaceWrite::default()
            });
            for _ in 0..2 {
                add_roots(&mut policy, Path::new("/w"), vec!["/w".into(), "/x".into()]);
            }
            let SandboxPolicy::WorkspaceWrite(write) = policy else { unreachable!() };
            expected.assert_eq(&format!(
                "{:?} {:?} {:?}",
                write.writable_roots, write.read_only, write.unreadable
            ));
        };
        check(
            false,
            expect![[r#"["/a", "out", "/x/out", "/x"] ["docs", "/a/b", "/x/docs"] [".env", "/x/.env"]"#]],
        );
        check(true, expect![[r#"["/a", "out", "/x/out"] ["docs", "/a/b", "/x/docs"] [".env", "/x/.env"]"#]]);
    }

    #[test]
    fn policies_come_back_as_they_were_sent() {
        for policy in [
            json!({"type": "dangerFullAccess"}),
            json!({"type": "readOnly", "networkAccess": true}),
            json!({"type": "externalSandbox", "networkAccess": "restricted"}),
            json!({"type": "workspaceWrite", "writableRoots": ["/a"], "networkAccess": false,
                   "excludeTmpdirEnvVar": true, "excludeSlashTmp": false}),
        ] {
            let core = sandbox_policy(serde_json::from_value(policy.clone()).unwrap()).unwrap();
            assert_eq!(serde_json::to_value(to_wire::policy::sandbox_policy(&core)).unwrap(), policy);
        }
        for policy in [
            json!("untrusted"),
            json!("on-request"),
            json!("never"),
            json!({"granular": {"sandbox_approval": true, "rules": false, "skill_approval": false,
                   "request_permissions": false, "mcp_elicitations": true}}),
        ] {
            let core = approval_policy(serde_json::from_value(policy.clone()).unwrap());
            assert_eq!(serde_json::to_value(to_wire::policy::approval_policy(core)).unwrap(), policy);
        }
    }
}
