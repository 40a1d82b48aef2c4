//! What a working tree has that the remote repository does not.
//!
//! The remote is not asked: what counts is what is known of it here. No program that the repository names takes part:
//! filters are off, so that what they would change shows as a change.

use std::path::Path;

use super::command::{self, Git};
use super::revision::{self, Repository};
use crate::base::environment::Environment;

/// Commits to choose the nearest from.
const MOST_BOUNDARIES: usize = 32;
/// Longer differences are not told: they are one message.
const LONGEST: usize = 16 * 1024 * 1024;
/// Bytes of new files, which are looked at before git reads them.
const MOST_NEW: u64 = 4 * LONGEST as u64;

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Repository(#[from] revision::Error),
    #[error("no commit in its history is known to be in a remote repository; push or fetch first")]
    NoRemoteCommit,
    #[error("the difference is larger than {} MiB, which is the most that is told", LONGEST / 1024 / 1024)]
    TooLarge,
    #[error("the new files are larger than {} MiB together; ignore or commit them", MOST_NEW / 1024 / 1024)]
    NewFilesTooLarge,
    #[error("the name of the filter `{0}` in the settings of the repository is not understood")]
    StrangeFilter(String),
    #[error("a temporary file cannot be made: {0}")]
    Io(#[from] std::io::Error),
}

impl From<command::Error> for Error {
    fn from(error: command::Error) -> Self {
        match error {
            command::Error::TooMuch => Error::TooLarge,
            other => Error::Repository(other.into()),
        }
    }
}

/// The nearest commit that a remote has, and what is different from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteDiff {
    pub commit: String,
    pub diff: String,
}

/// All that is different in the working tree around a folder, new files too.
pub async fn read(folder: &Path, environment: &Environment) -> Result<RemoteDiff, Error> {
    let repository = Repository::around(folder, environment).await?;
    let head = repository.commit("HEAD").await?;
    let top = Git::new(folder, environment).run(&["rev-parse", "--show-toplevel"]).await?;
    let top = Path::new(&top);
    let git = Git::new(top, environment).with("GIT_LITERAL_PATHSPECS", "1");
    let commit = nearest(&git, &head).await?;
    // An index of our own, in which new files are announced; the user's stays as it is.
    let scratch = tempfile::tempdir()?;
    let index = scratch.path().join("index");
    let known = top.join(git.run(&["rev-parse", "--git-path", "index"]).await?);
    match tokio::fs::copy(&known, &index).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        Ok(_) | Err(_) => {}
    }
    let git = git.with("GIT_INDEX_FILE", index.as_os_str());
    let quiet = without_filters(&git).await?;
    let new = new_files(&git, top).await?;
    if !new.is_empty() {
        let add = ["add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul"];
        git.tell(&with(&quiet, &add), new).await?;
    }
    let diff = [
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--binary",
        "--ignore-submodules=dirty",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        &commit,
        "--",
    ];
    let diff = git.tell(&with(&quiet, &diff), Vec::new()).await?;
    if diff.len() > LONGEST {
        return Err(Error::TooLarge);
    }
    let diff = String::from_utf8_lossy(&diff).into_owned();
    Ok(RemoteDiff { commit, diff })
}

/// The commit that the fewest commits lie behind.
async fn nearest(git: &Git, head: &str) -> Result<String, Error> {
    let listed = git.run(&["rev-list", "--boundary", head, "--not", "--remotes"]).await?;
    if listed.is_empty() {
        return Ok(head.to_owned());
    }
    let boundaries = listed.lines().filter_map(|line| line.strip_prefix('-'));
    let mut nearest: Option<(u64, String)> = None;
    for commit in boundaries.take(MOST_BOUNDARIES) {
        let count = git.run(&["rev-list", "--count", head, &format!("^{commit}")]).await?;
        let count = count.parse().unwrap_or(u64::MAX);
        if nearest.as_ref().is_none_or(|(fewest, _)| count < *fewest) {
            nearest = Some((count, commit.to_owned()));
        }
    }
    nearest.map(|(_, commit)| commit).ok_or(Error::NoRemoteCommit)
}

/// Arguments that turn off each filter that the settings name.
async fn without_filters(git: &Git) -> Result<Vec<String>, Error> {
    let ask =
        ["config", "--null", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$"];
    let named = match git.tell(&ask, Vec::new()).await {
        // There is none.
        Err(command::Error::Failed(said)) if said.is_empty() => return Ok(Vec::new()),
        named => named?,
    };
    let mut arguments = Vec::new();
    for key in String::from_utf8_lossy(&named).split('\0').filter(|key| !key.is_empty()) {
        if key.contains('=') {
            return Err(Error::StrangeFilter(key.to_owned()));
        }
        let value = if key.ends_with(".required") { "false" } else { "" };
        arguments.extend(["-c".to_owned(), format!("{key}={value}")]);
    }
    Ok(arguments)
}

/// What git does not know yet and does not ignore, each name ended by a zero byte.
async fn new_files(git: &Git, top: &Path) -> Result<Vec<u8>, Error> {
    let listed = git.tell(&["ls-files", "-z", "--others", "--exclude-standard"], Vec::new()).await?;
    let (mut names, mut bytes) = (Vec::new(), 0);
    for name in listed.split(|byte| *byte == 0) {
        // Another repository inside of this one has a slash at its end.
        if name.is_empty() || name.ends_with(b"/") {
            continue;
        }
        let path = top.join(os(name));
        bytes += path.symlink_metadata().map_or(0, |metadata| metadata.len());
        names.extend_from_slice(name);
        names.push(0);
    }
    if bytes > MOST_NEW { Err(Error::NewFilesTooLarge) } else { Ok(names) }
}

fn with<'a>(first: &'a [String], then: &[&'a str]) -> Vec<&'a str> {
    first.iter().map(String::as_str).chain(then.iter().copied()).collect()
}

#[cfg(unix)]
fn os(name: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(name)
}

#[cfg(not(unix))]
fn os(name: &[u8]) -> &std::ffi::OsStr {
    std::str::from_utf8(name).unwrap_or_default().as_ref()
}
