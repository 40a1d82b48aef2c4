//! Where a folder lies in a repository, and where that keeps its objects.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Failure, Snapshots};
use crate::base::environment::Environment;
use crate::git::command::Git;
use crate::git::info::Folders;
use crate::git::place::repository_around;

/// A folder of a working tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The working tree.
    pub root: PathBuf,
    /// The folder in it; empty if it is all of it.
    pub prefix: PathBuf,
    /// What belongs to this working tree alone.
    git_dir: PathBuf,
    pub objects: PathBuf,
    /// The kind of hashes.
    pub format: String,
    /// Who else is to be able to add objects, as git's settings say it.
    pub shared: String,
}

impl Place {
    pub async fn around(folder: &Path, snapshots: &Snapshots) -> Result<Self, Failure> {
        let folder = folder.to_path_buf();
        snapshots.blocking(move || Self::find(&folder)).await?.described(&snapshots.environment).await
    }

    /// The folder need not exist any more.
    pub async fn at(root: PathBuf, prefix: PathBuf, snapshots: &Snapshots) -> Result<Self, Failure> {
        snapshots.blocking(move || Self::of(root, prefix)).await?.described(&snapshots.environment).await
    }

    fn find(folder: &Path) -> Result<Self, Failure> {
        let none = || Failure::NoRepository(folder.display().to_string());
        let real = real_path(folder)?;
        let root = repository_around(&real).ok_or_else(none)?.to_path_buf();
        let prefix = real.strip_prefix(&root).map_err(|_other| none())?.to_path_buf();
        Self::of(root, prefix)
    }

    fn of(root: PathBuf, prefix: PathBuf) -> Result<Self, Failure> {
        let none = || Failure::NoRepository(root.display().to_string());
        if real_path(&root)? != root {
            return Err(Failure::Unusable(format!("`{}` is another folder by now", root.display())));
        }
        let folders = Folders::of(&root).ok_or_else(none)?;
        let objects = folders.common.join("objects");
        if folders.own.join("HEAD").symlink_metadata().is_err() || !objects.exists() {
            return Err(none());
        }
        // New objects must go where the repository is, and nowhere else.
        if objects.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
            return Err(Failure::Unusable(
                "the objects of the git repository are kept in another place, which is not written to".into(),
            ));
        }
        let (git_dir, objects) = (real_path(&folders.own)?, real_path(&objects)?);
        Ok(Self { root, prefix, git_dir, objects, format: String::new(), shared: String::new() })
    }

    async fn described(mut self, environment: &Environment) -> Result<Self, Failure> {
        // Git that is not told where the repository is refuses one that belongs to somebody else.
        let wary = Git::new(&self.root, environment);
        self.format = wary.run(&["rev-parse", "--show-object-format"]).await?;
        let git = self.users_git(environment);
        let shared = git.run(&["config", "--get", "core.sharedRepository"]).await.unwrap_or_default();
        let is_word = !shared.is_empty() && shared.bytes().all(|byte| byte.is_ascii_alphanumeric());
        self.shared = if is_word { shared } else { "umask".into() };
        Ok(self)
    }

    /// Git with the user's index and rules of what is ignored. It is asked only what runs nothing and writes nothing.
    pub fn users_git(&self, environment: &Environment) -> Git {
        Git::new(&self.root, environment)
            .with("GIT_DIR", &self.git_dir)
            .with("GIT_WORK_TREE", &self.root)
            .with("GIT_LITERAL_PATHSPECS", "1")
    }

    /// Whether a path of the working tree lies in the folder.
    pub fn contains(&self, path: &[u8]) -> bool {
        let prefix = self.prefix.as_os_str().as_bytes();
        match path.strip_prefix(prefix) {
            Some(rest) => prefix.is_empty() || rest.first() == Some(&b'/'),
            None => false,
        }
    }
}

fn real_path(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| Failure::file(path, error))
}
