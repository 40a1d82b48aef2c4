//! What a human has allowed beyond the sandbox policy, and the policy with it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use codex_protocol::policy::{SandboxPolicy, WorkspaceWrite};

use crate::base::paths::AbsolutePath;

/// Permissions beyond a policy. Folders are real paths, as they were when they were granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    pub network: bool,
    pub write: BTreeSet<PathBuf>,
}

/// A policy and the directory that it speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    pub policy: SandboxPolicy,
    pub cwd: AbsolutePath,
}

impl Grants {
    pub fn is_empty(&self) -> bool {
        !self.network && self.write.is_empty()
    }

    pub fn add(&mut self, more: Self) {
        self.network |= more.network;
        self.write.extend(more.write);
    }

    /// Whether a folder may be written: one that was granted, or one inside.
    pub fn covers(&self, path: &Path) -> bool {
        self.write.iter().any(|granted| path.starts_with(granted))
    }

    /// The policy with these permissions.
    pub fn widen(&self, policy: &SandboxPolicy, cwd: &AbsolutePath) -> Ground {
        let mut ground = Ground { policy: policy.clone(), cwd: cwd.clone() };
        match &mut ground.policy {
            SandboxPolicy::WorkspaceWrite(write) => {
                write.network_access |= self.network;
                write.writable_roots.extend(self.write.iter().cloned());
            }
            SandboxPolicy::ReadOnly { network_access } => {
                *network_access |= self.network;
                let network_access = *network_access;
                if self.write.is_empty() {
                    return ground;
                }
                // The working directory is no root of its own, unless one that was granted holds it: what is protected
                // in it stays protected.
                let mut roots: Vec<PathBuf> = self.write.iter().cloned().collect();
                roots.extend(self.covers(cwd.as_path()).then(|| cwd.as_path().to_path_buf()));
                ground.policy = SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
                    writable_roots: roots,
                    network_access,
                    exclude_tmpdir_env_var: true,
                    exclude_slash_tmp: true,
                    keep_cwd: true,
                    ..WorkspaceWrite::default()
                });
            }
            SandboxPolicy::DangerFullAccess | SandboxPolicy::ExternalSandbox { .. } => {}
        }
        ground
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(network: bool, write: &[&str]) -> Grants {
        Grants { network, write: write.iter().map(PathBuf::from).collect() }
    }

    fn widened(policy: &SandboxPolicy, grants: &Grants) -> String {
        let Ground { policy, cwd } = grants.widen(policy, &AbsolutePath::new("/work").unwrap());
        format!("{cwd} {}", serde_json::to_string(&policy).unwrap())
    }

    #[test]
    fn a_workspace_gets_more_roots() {
        let policy = SandboxPolicy::WorkspaceWrite(WorkspaceWrite::default());
        let write = r#"/work {"type":"workspace-write","#;
        let rest = r#""exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}"#;
        assert_eq!(widened(&policy, &Grants::default()), format!(r#"{write}"network_access":false,{rest}"#));
        assert_eq!(
            widened(&policy, &grants(true, &["/a"])),
            format!(r#"{write}"writable_roots":["/a"],"network_access":true,{rest}"#)
        );
    }

    #[test]
    fn what_may_only_read_gets_the_folders_alone() {
        let policy = SandboxPolicy::ReadOnly { network_access: false };
        assert_eq!(
            widened(&policy, &grants(true, &[])),
            r#"/work {"type":"read-only","network_access":true}"#
        );
        let rest = r#""network_access":false,"exclude_tmpdir_env_var":true,"exclude_slash_tmp":true,"keep_cwd":true}"#;
        let write = r#"/work {"type":"workspace-write","writable_roots":"#;
        assert_eq!(widened(&policy, &grants(false, &["/a"])), format!(r#"{write}["/a"],{rest}"#));
        assert_eq!(widened(&policy, &grants(false, &["/"])), format!(r#"{write}["/","/work"],{rest}"#));
    }

    #[test]
    fn folders_cover_what_is_inside() {
        let grants = grants(false, &["/a/b"]);
        assert!(grants.covers(Path::new("/a/b/c")) && grants.covers(Path::new("/a/b")));
        assert!(!grants.covers(Path::new("/a")) && !grants.covers(Path::new("/a/bc")));
    }
}
