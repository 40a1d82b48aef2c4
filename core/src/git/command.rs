//! Runs git on a repository of the user's, without letting the repository run anything.
//!
//! Whatever a repository can configure to be run (hooks, a file monitor, fetching what is missing) is switched off, git
//! asks nobody anything, and takes no locks that it can do without. A call that takes long is ended.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::timeout;

use crate::base::environment::Environment;
use crate::base::text::head;

const TIME: Duration = Duration::from_secs(30);
/// Bytes of what git says of a failure.
const LONGEST_REASON: usize = 500;
/// Bytes of an answer; of a longer one nothing is used.
const LONGEST_ANSWER: u64 = 256 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("git cannot be run: {0}")]
    NotRun(#[source] std::io::Error),
    #[error("git did not answer within {} s", TIME.as_secs())]
    Late,
    #[error("git has more to say than is read")]
    TooMuch,
    /// Git's own words.
    #[error("{0}")]
    Failed(String),
}

/// Git in a folder.
#[derive(Clone, Debug)]
pub struct Git {
    folder: PathBuf,
    variables: Vec<(&'static str, OsString)>,
}

impl Git {
    /// Of the environment only what finds git and its user's settings counts.
    pub fn new(folder: &Path, environment: &Environment) -> Self {
        let names = ["PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT"];
        let known = names.into_iter().filter_map(|name| Some((name, environment.get(name)?.into())));
        Self { folder: folder.to_path_buf(), variables: known.collect() }
    }

    /// The same with a variable of git's own.
    pub fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// What it prints, without white space around it.
    pub async fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<String, Error> {
        let output = self.tell(arguments, Vec::new()).await?;
        Ok(String::from_utf8_lossy(&output).trim().to_owned())
    }

    /// What it prints, byte for byte, when it is told this.
    pub async fn tell<S: AsRef<OsStr>>(&self, arguments: &[S], input: Vec<u8>) -> Result<Vec<u8>, Error> {
        timeout(TIME, self.talk(arguments, input)).await.map_err(|_elapsed| Error::Late)?
    }

    async fn talk<S: AsRef<OsStr>>(&self, arguments: &[S], input: Vec<u8>) -> Result<Vec<u8>, Error> {
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
            .stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(Error::NotRun)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let told = async move {
            if let Some(mut stdin) = stdin {
                // One who does not listen says why at its end.
                let _ = stdin.write_all(&input).await;
            }
        };
        let ((), output, said, status) = tokio::join!(told, all_of(stdout), all_of(stderr), child.wait());
        let (output, said) = (output?, said?);
        if !status.map_err(Error::NotRun)?.success() {
            let said = String::from_utf8_lossy(&said);
            return Err(Error::Failed(head(said.trim(), LONGEST_REASON).to_owned()));
        }
        Ok(output)
    }
}

/// Everything that is written into a pipe.
async fn all_of(pipe: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let Some(pipe) = pipe else { return Ok(bytes) };
    pipe.take(LONGEST_ANSWER).read_to_end(&mut bytes).await.map_err(Error::NotRun)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length < LONGEST_ANSWER => Ok(bytes),
        Ok(_) | Err(_) => Err(Error::TooMuch),
    }
}
