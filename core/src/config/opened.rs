//! Projects in which a client has let commands write while this process runs.
//!
//! A further thread in such a project begins with the same permission, as clients of the public codex
//! expect. That is all: nothing is stored, and it is not trust, which is the user's to give and lets a
//! project bring settings of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Config;
use super::permissions::{self, SandboxMode, SandboxOrigin};
use super::project_root;

/// A handle to the set; clones share it.
#[derive(Clone, Debug, Default)]
pub struct OpenedProjects {
    roots: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl OpenedProjects {
    /// Takes note of a thread's sandbox if its client named one, or chooses it as the client did before.
    pub fn settle(&self, config: &mut Config) {
        match (config.sandbox_origin, config.sandbox_mode) {
            (SandboxOrigin::Default, _) if self.roots().contains(&root_of(&config.cwd)) => {
                config.sandbox_mode = SandboxMode::WorkspaceWrite;
                config.sandbox_origin = SandboxOrigin::Project;
                config.active_permission_profile =
                    Some(permissions::profile_of_mode(config.sandbox_mode).active());
                config.sandbox_policy = config.sandbox_mode.policy(&config.sandbox_workspace_write);
            }
            (SandboxOrigin::Mode, SandboxMode::WorkspaceWrite | SandboxMode::DangerFullAccess) => {
                self.roots().insert(root_of(&config.cwd));
            }
            (SandboxOrigin::Mode, SandboxMode::ReadOnly)
            | (SandboxOrigin::Default | SandboxOrigin::Project | SandboxOrigin::Profile, _) => {}
        }
    }

    fn roots(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.roots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The repository of a folder, or the folder itself if it is in none.
fn root_of(folder: &Path) -> PathBuf {
    project_root::trust_roots(folder).pop().unwrap_or_else(|| folder.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::paths::AbsolutePath;

    fn config(cwd: &str, named: Option<SandboxMode>) -> Config {
        let mut config =
            Config::defaults(AbsolutePath::new("/home").unwrap(), AbsolutePath::new(cwd).unwrap());
        if let Some(mode) = named {
            config.sandbox_mode = mode;
            config.sandbox_origin = SandboxOrigin::Mode;
        }
        config
    }

    #[test]
    fn what_a_client_allowed_once_is_where_it_begins_again() {
        let opened = OpenedProjects::default();
        let settled = |cwd: &str, named| {
            let mut config = config(cwd, named);
            opened.settle(&mut config);
            config.sandbox_mode
        };
        assert_eq!(settled("/w", None), SandboxMode::ReadOnly);
        assert_eq!(settled("/w", Some(SandboxMode::WorkspaceWrite)), SandboxMode::WorkspaceWrite);
        assert_eq!(settled("/w", None), SandboxMode::WorkspaceWrite);
        assert_eq!(settled("/w", Some(SandboxMode::ReadOnly)), SandboxMode::ReadOnly);
        assert_eq!(settled("/other", None), SandboxMode::ReadOnly);
    }
}
