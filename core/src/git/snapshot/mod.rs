//! The files of a folder as they are at a moment, kept so that they can be brought back.
//!
//! A snapshot is a commit of the folder's files that no reference names, so that nothing lists, pushes or merges it; git
//! removes it some weeks later, or when its user has everything pruned. Files are stored byte for byte, without filters and
//! line ends of the repository's choosing. The user's index, HEAD, reflogs and hooks are not touched: git works on an
//! index and settings of our own ([`private`]), and only adds objects. Not stored, and never changed by what brings files
//! back, are ignored files, large ones, other repositories in the folder, and what is neither a file nor a link.

mod lists;
mod place;
mod private;
mod sift;
mod take;
mod tree;
mod undo;
mod worktree;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use codex_protocol::git::GhostCommit;

use crate::base::environment::Environment;
use crate::base::spawn::TaskGroup;
use crate::git::command;
use place::Place;
use private::Private;
pub use undo::Undone;

/// How long it may take to look at all files. What was seen by then is of use to the next snapshot.
pub const TIME: Duration = Duration::from_secs(10);
/// A file that is larger is left alone.
pub const LARGEST: u64 = 10 * 1024 * 1024;
/// More files are not looked at.
const MOST_FILES: usize = 200_000;
/// More bytes of files that git does not know yet are not stored.
const MOST_NEW_BYTES: u64 = 256 * 1024 * 1024;

/// Why there is no snapshot, or nothing is brought back.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("`{0}` is in no git repository with a working tree")]
    NoRepository(String),
    #[error("git cannot be run: {0}")]
    NoGit(#[source] io::Error),
    #[error("{0}")]
    Unusable(String),
    #[error(
        "there are more than {MOST_FILES} files; have git ignore what is not to be undone, or work in a smaller folder"
    )]
    TooManyFiles,
    #[error(
        "the files that git does not track are more than {} MiB together; have git ignore what is not to be undone",
        MOST_NEW_BYTES / 1024 / 1024
    )]
    TooLarge,
    #[error("looking at the files took longer than {} s", TIME.as_secs())]
    Late,
    #[error("it was cancelled")]
    Cancelled,
    #[error("git failed: {0}")]
    Git(#[source] command::Error),
    #[error("{path}: {error}")]
    File { path: String, error: io::Error },
}

impl From<command::Error> for Failure {
    fn from(error: command::Error) -> Self {
        match error {
            command::Error::NotRun(error) => Self::NoGit(error),
            other => Self::Git(other),
        }
    }
}

impl Failure {
    /// Whether it is as usual, and nothing to warn of.
    pub fn is_usual(&self) -> bool {
        matches!(self, Self::NoRepository(_) | Self::NoGit(_))
    }

    fn file(path: &Path, error: impl Into<io::Error>) -> Self {
        Self::File { path: path.display().to_string(), error: error.into() }
    }
}

/// Takes snapshots for one conversation, and brings them back. Clones share what makes the next one quick.
#[derive(Clone, Debug)]
pub struct Snapshots {
    home: PathBuf,
    environment: Environment,
    group: TaskGroup,
    private: Arc<Mutex<Option<Arc<Private>>>>,
    /// The last failure that was told.
    told: Arc<Mutex<Option<String>>>,
}

impl Snapshots {
    /// `home` is where no confined command writes.
    pub fn new(home: &Path, environment: &Environment, group: &TaskGroup) -> Self {
        Self {
            home: home.to_path_buf(),
            environment: environment.clone(),
            group: group.clone(),
            private: Arc::default(),
            told: Arc::default(),
        }
    }

    /// The files of a folder as they are now.
    pub async fn take(&self, folder: &Path) -> Result<GhostCommit, Failure> {
        let taken = async {
            let place = Place::around(folder, self).await?;
            take::take(self, place, Vec::new()).await
        };
        let taken = tokio::time::timeout(TIME, taken).await.map_err(|_elapsed| Failure::Late)??;
        Ok(taken.commit)
    }

    /// Whether this has not been told of just now; after that it has.
    pub fn is_news(&self, failure: &Failure) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let text = failure.to_string();
        told.replace(text.clone()).is_none_or(|before| before != text)
    }

    /// Git's folder of our own for this place.
    async fn private(&self, place: &Place) -> Result<Arc<Private>, Failure> {
        let known = self.private.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.place == *place) {
            return Ok(known);
        }
        let (home, place) = (self.home.clone(), place.clone());
        let environment = self.environment.clone();
        let made = self.blocking(move || Private::create(&home, place, &environment)).await?;
        let made = Arc::new(made);
        *self.private.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Lets something run that waits for the disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let failed = |error: tokio::task::JoinError| Failure::Unusable(error.to_string());
        self.group.spawn_blocking(work).await.map_err(failed)?
    }
}
