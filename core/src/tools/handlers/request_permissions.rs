//! `request_permissions`: asks a human for more than the sandbox allows, for all later commands and patches of the turn
//! or of the session.
//!
//! A human sees the real paths, and nothing is granted that was not asked for. What no command may ever touch is not
//! even asked about.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codex_protocol::event::EventMsg;
use codex_protocol::events::approval::RequestPermissionsEvent;
use codex_protocol::permission::{
    FileSystemPermissions, GrantScope, NetworkPermissions, PermissionGrant, PermissionProfile,
};
use codex_protocol::policy::{AskForApproval, SandboxPolicy};
use serde::Deserialize;
use serde_json::json;

use crate::base::cancel::or_cancelled;
use crate::base::paths::AbsolutePath;
use crate::model::tool_spec::ToolSpec;
use crate::sandbox::Sandbox;
use crate::sandbox::command::CommandSpec;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::grants::{Grants, Ground};
use crate::turn::port::SessionTaskContext;
use crate::turn::question::{ClientAnswer, ClientQuestion};

const NAME: &str = "request_permissions";
/// A human has to read them.
const MOST_PATHS: usize = 32;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    permissions: PermissionProfile,
    reason: Option<String>,
}

#[derive(Debug)]
pub struct RequestPermissions;

/// What is asked for, with real paths.
#[derive(Clone, Debug, Default, PartialEq)]
struct Wanted {
    grants: Grants,
    read: BTreeSet<PathBuf>,
}

impl ToolHandler for RequestPermissions {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        let paths = |description: &str| json!({"type": "array", "items": {"type": "string"}, "description": description});
        Some(ToolSpec::function(
            NAME,
            "Asks the user to let later commands and patches do more than the sandbox allows. The user may \
             grant less than you ask for. Ask for as little as will do.",
            json!({
                "type": "object",
                "properties": {
                    "permissions": {
                        "type": "object",
                        "properties": {
                            "network": {
                                "type": "object",
                                "properties": {"enabled": {"type": "boolean", "description": "True to use the network."}},
                                "additionalProperties": false
                            },
                            "file_system": {
                                "type": "object",
                                "properties": {
                                    "read": paths("Paths to read."),
                                    "write": paths("Folders to write in. They must exist.")
                                },
                                "additionalProperties": false
                            }
                        },
                        "additionalProperties": false
                    },
                    "reason": {"type": "string", "description": "What for, in one sentence to the user."}
                },
                "required": ["permissions"],
                "additionalProperties": false
            }),
        ))
    }

    fn may_change_files(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let Arguments { permissions, reason } = call.arguments()?;
            let turn = &context.turn;
            if turn.sandbox_policy.is_unrestricted() {
                return Ok(ToolOutput::text("commands run without a sandbox; there is nothing to ask for"));
            }
            if !may_ask(turn.approval_policy) {
                let text = "the approval policy does not let the user be asked for permissions; do without";
                return Err(ToolError::RespondToModel(text.into()));
            }
            let places = Places::of(context);
            let wanted = places.look(context, |places| places.resolve(permissions)).await?;
            let wanted = wanted.map_err(ToolError::RespondToModel)?;
            let held = context.grants().await?;
            let is_held = wanted.grants.write.iter().all(|path| held.covers(path));
            let needs_network = wanted.grants.network && !held.network && !turn.sandbox_policy.has_network();
            if is_held && !needs_network && wanted.read.is_empty() {
                return told(PermissionGrant { permissions: profile(&wanted), scope: GrantScope::Turn });
            }
            let question = EventMsg::RequestPermissions(RequestPermissionsEvent {
                call_id: call.call_id.clone(),
                cwd: turn.cwd.as_path().to_path_buf(),
                permissions: profile(&wanted),
                reason,
            });
            let question = ClientQuestion { call_id: call.call_id.clone(), question };
            let ClientAnswer::Permissions(grant) = context.ask_client(question).await? else {
                return told(PermissionGrant::default());
            };
            let permissions = grant.permissions;
            let granted = places.look(context, |places| places.grantable(permissions)).await?;
            let granted = common(&wanted, granted);
            if !granted.grants.is_empty() {
                context.grant(grant.scope, granted.grants.clone()).await?;
            }
            told(PermissionGrant { permissions: profile(&granted), scope: grant.scope })
        })
    }
}

fn may_ask(policy: AskForApproval) -> bool {
    match policy {
        AskForApproval::Never => false,
        AskForApproval::Granular(granular) => granular.request_permissions,
        AskForApproval::UnlessTrusted | AskForApproval::OnFailure | AskForApproval::OnRequest => true,
    }
}

fn told(grant: PermissionGrant) -> Result<ToolOutput, ToolError> {
    let text = serde_json::to_string(&grant);
    text.map(ToolOutput::text).map_err(|error| ToolError::Fatal(error.to_string()))
}

fn profile(wanted: &Wanted) -> PermissionProfile {
    let list = |paths: &BTreeSet<PathBuf>| (!paths.is_empty()).then(|| paths.iter().cloned().collect());
    let (read, write) = (list(&wanted.read), list(&wanted.grants.write));
    let has_paths = read.is_some() || write.is_some();
    PermissionProfile {
        network: wanted.grants.network.then_some(NetworkPermissions { enabled: Some(true) }),
        file_system: has_paths.then_some(FileSystemPermissions { read, write }),
    }
}

/// What was granted of what was asked for.
fn common(wanted: &Wanted, granted: Wanted) -> Wanted {
    let readable = |path: &PathBuf| wanted.read.iter().any(|asked| path.starts_with(asked));
    Wanted {
        grants: Grants {
            network: wanted.grants.network && granted.grants.network,
            write: granted.grants.write.into_iter().filter(|path| wanted.grants.covers(path)).collect(),
        },
        read: granted.read.into_iter().filter(readable).collect(),
    }
}

/// Where paths lead, and where no command may go.
#[derive(Clone)]
struct Places {
    cwd: AbsolutePath,
    policy: SandboxPolicy,
    sandbox: Arc<Sandbox>,
}

impl Places {
    fn of(context: &SessionTaskContext) -> Self {
        Self {
            cwd: context.turn.cwd.clone(),
            policy: context.turn.sandbox_policy.clone(),
            sandbox: Arc::clone(&context.services.sandbox),
        }
    }

    /// Away from the runtime's own threads: disks may be slow.
    async fn look<T: Send + 'static>(
        &self,
        context: &SessionTaskContext,
        look: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, ToolError> {
        let places = self.clone();
        let looked = context.services.group.spawn_blocking(move || look(&places));
        let looked = or_cancelled(&context.token, looked).await?;
        looked.map_err(|error| ToolError::RespondToModel(error.to_string()))
    }

    /// What of an answer can be granted. What cannot be is left out, and takes nothing else along.
    fn grantable(&self, permissions: PermissionProfile) -> Wanted {
        let paths = permissions.file_system.unwrap_or_default();
        let first = |paths: Option<Vec<PathBuf>>| paths.unwrap_or_default().into_iter().take(MOST_PATHS);
        let read = first(paths.read).filter_map(|path| self.readable(&path).ok()).collect();
        let write = first(paths.write).filter_map(|path| self.writable(&path).ok()).collect();
        let network = permissions.network.and_then(|network| network.enabled).unwrap_or(false);
        Wanted { grants: Grants { network, write }, read }
    }

    fn resolve(&self, permissions: PermissionProfile) -> Result<Wanted, String> {
        let paths = permissions.file_system.unwrap_or_default();
        let (read, write) = (paths.read.unwrap_or_default(), paths.write.unwrap_or_default());
        if read.len() + write.len() > MOST_PATHS {
            return Err(format!("at most {MOST_PATHS} paths can be asked for at once"));
        }
        let read = read.iter().map(|path| self.readable(path)).collect::<Result<_, _>>()?;
        let write = write.iter().map(|path| self.writable(path)).collect::<Result<_, _>>()?;
        let network = permissions.network.and_then(|network| network.enabled).unwrap_or(false);
        let wanted = Wanted { grants: Grants { network, write }, read };
        if wanted == Wanted::default() {
            return Err("`permissions` must name at least one: a path, or the network".into());
        }
        Ok(wanted)
    }

    fn readable(&self, path: &Path) -> Result<PathBuf, String> {
        let real = self.real(path)?;
        if self.sandbox.is_hidden(&real) || self.is_unreadable(&real) {
            return Err(format!(
                "`{}` is never readable in the sandbox, whatever is granted",
                real.display()
            ));
        }
        Ok(real)
    }

    fn writable(&self, path: &Path) -> Result<PathBuf, String> {
        let real = self.real(path)?;
        if !real.is_dir() {
            return Err(format!("`{}` is no folder; ask for the folder that holds it", real.display()));
        }
        if self.sandbox.is_protected(&real) {
            return Err(format!(
                "`{}` is never writable in the sandbox, whatever is granted; run the command with `sandbox_permissions` set \
                 to `require_escalated`",
                real.display()
            ));
        }
        if !self.would_be_written(&real)? {
            return Err(format!(
                "`{}` is kept from being written by the permissions that are active, whatever is granted; run the command \
                 with `sandbox_permissions` set to `require_escalated`",
                real.display()
            ));
        }
        Ok(real)
    }

    /// Whether the policy says so itself. The path must be a real one.
    fn is_unreadable(&self, real: &Path) -> bool {
        let SandboxPolicy::WorkspaceWrite(write) = &self.policy else { return false };
        let unreadable = write.unreadable.iter().map(|path| self.cwd.join(path));
        unreadable
            .filter_map(|path| std::fs::canonicalize(path.as_path()).ok())
            .any(|path| real.starts_with(path))
    }

    /// Whether a folder could be written if it were granted.
    fn would_be_written(&self, real: &Path) -> Result<bool, String> {
        let grants = Grants { network: false, write: BTreeSet::from([real.to_path_buf()]) };
        let Ground { policy, cwd } = grants.widen(&self.policy, &self.cwd);
        let command = CommandSpec { argv: Vec::new(), cwd: cwd.clone(), env: Vec::new() };
        let reach = self.sandbox.reach(&policy, &cwd, &command).map_err(|error| error.to_string())?;
        Ok(reach.covers(real))
    }

    fn real(&self, path: &Path) -> Result<PathBuf, String> {
        let path = self.cwd.join(path);
        std::fs::canonicalize(path.as_path()).map_err(|error| format!("`{path}` cannot be found: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use codex_protocol::policy::WorkspaceWrite;

    use super::*;

    fn wanted(network: bool, write: &[&str], read: &[&str]) -> Wanted {
        let set = |paths: &[&str]| paths.iter().map(PathBuf::from).collect();
        Wanted { grants: Grants { network, write: set(write) }, read: set(read) }
    }

    #[test]
    fn no_more_is_granted_than_was_asked_for() {
        let asked = wanted(false, &["/a/b"], &["/r"]);
        for (granted, common_part) in [
            (
                wanted(true, &["/a/b", "/a/b/c", "/a", "/x"], &["/r/s", "/"]),
                wanted(false, &["/a/b", "/a/b/c"], &["/r/s"]),
            ),
            (wanted(true, &["/"], &[]), wanted(false, &[], &[])),
            (Wanted::default(), Wanted::default()),
        ] {
            assert_eq!(common(&asked, granted), common_part);
        }
        assert!(common(&wanted(true, &[], &[]), wanted(true, &[], &[])).grants.network);
    }

    #[test]
    fn paths_are_real_and_what_is_protected_is_not_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(folder.path()).unwrap();
        for name in ["work/.git/hooks", "work/kept/sub", "work/secret/sub", "home", "other"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        std::fs::write(root.join("other/file"), "").unwrap();
        std::fs::write(root.join("home/auth.json"), "").unwrap();
        std::os::unix::fs::symlink(root.join("other"), root.join("work/link")).unwrap();
        let write = WorkspaceWrite {
            exclude_slash_tmp: true,
            exclude_tmpdir_env_var: true,
            read_only: vec!["kept".into()],
            unreadable: vec!["secret".into()],
            ..WorkspaceWrite::default()
        };
        let places = Places {
            cwd: AbsolutePath::new(root.join("work")).unwrap(),
            policy: SandboxPolicy::WorkspaceWrite(write),
            sandbox: Arc::new(Sandbox::detect("/helper".into(), &root.join("home"))),
        };
        let check = |read: &[&str], write: &[&str]| {
            let list = |paths: &[&str]| Some(paths.iter().map(PathBuf::from).collect());
            let file_system = Some(FileSystemPermissions { read: list(read), write: list(write) });
            let looked = places.resolve(PermissionProfile { network: None, file_system });
            let text = looked
                .map_or_else(|why| why, |wanted| format!("{:?} {:?}", wanted.read, wanted.grants.write));
            text.replace(&root.display().to_string(), "~")
        };
        let paths = Some(vec!["kept".into(), "../other".into()]);
        let answer = PermissionProfile {
            network: Some(NetworkPermissions { enabled: Some(true) }),
            file_system: Some(FileSystemPermissions { read: None, write: paths }),
        };
        let other = root.join("other");
        assert_eq!(places.grantable(answer), wanted(true, &[other.to_str().unwrap()], &[]));
        assert_eq!(check(&["link/file"], &["link", "../other"]), r#"{"~/other/file"} {"~/other"}"#);
        assert_eq!(
            check(&[], &["../other/file"]),
            "`~/other/file` is no folder; ask for the folder that holds it"
        );
        assert!(check(&[], &["nowhere"]).starts_with("`~/work/nowhere` cannot be found"));
        for path in [".git", ".git/hooks", "../home"] {
            assert!(check(&[], &[path]).contains("is never writable in the sandbox"), "{path}");
        }
        for path in ["kept", "kept/sub", "secret/sub"] {
            assert!(check(&[], &[path]).contains("by the permissions that are active"), "{path}");
        }
        assert_eq!(check(&["kept"], &["."]), r#"{"~/work/kept"} {"~/work"}"#);
        for path in ["../home/auth.json", "secret", "secret/sub"] {
            assert!(check(&[path], &[]).contains("is never readable in the sandbox"), "{path}");
        }
        assert_eq!(check(&[], &[]), "`permissions` must name at least one: a path, or the network");
    }
}
