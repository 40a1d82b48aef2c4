//! Runs git on a repository of the user's, without letting the repository run anything.
//!
//! Whatever a repository can configure to be run (hooks, a file monitor, fetching what is missing) is switched off, git
//! asks nobody anything, and takes no locks that it can do without. A call that takes long is ended.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::base::environment::Environment;
use crate::base::text::head;

const TIME: Duration = Duration::from_secs(30);
/// Bytes of what git says of a failure.
const LONGEST_REASON: usize = 500;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("git cannot be run: {0}")]
    NotRun(#[source] std::io::Error),
    #[error("git did not answer within {} s", TIME.as_secs())]
    Late,
    /// Git's own words.
    #[error("{0}")]
    Failed(String),
}

/// Git in a folder.
#[derive(Clone, Debug)]
pub struct Git {
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl Git {
    /// Of the environment only what finds git and its user's settings counts.
    pub fn new(folder: &Path, environment: &Environment) -> Self {
        let names = ["PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT"];
        let known = names.into_iter().filter_map(|name| Some((name, environment.get(name)?.to_owned())));
        Self { folder: folder.to_path_buf(), variables: known.collect() }
    }

    /// What it prints, without white space around it.
    pub async fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<String, Error> {
        let mut command = Command::new("git");
        command
            .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0"])
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = timeout(TIME, command.output()).await.map_err(|_elapsed| Error::Late)?;
        let output = output.map_err(Error::NotRun)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Error::Failed(head(said.trim(), LONGEST_REASON).to_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
