//! Starting helpers, one ahead of need.
//!
//! Starting a program as large as this one, and making namespaces, takes longer than most commands. So once a
//! command has ended, a spare helper is started that gets ready for another of its kind and waits. It ends with
//! this process, as any helper does; before the first command there is none.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::process::{Child, Command};

use super::Error;
use super::plan::Readiness;

/// The name by which the program knows that it is the helper.
pub(super) const HELPER_NAME: &str = "codex-linux-sandbox";

/// Where helpers come from. Clones share the spare.
#[derive(Clone, Debug)]
pub(super) struct Helpers {
    program: PathBuf,
    /// `None` if nobody comes back for a spare.
    spare: Option<Arc<Mutex<Option<Helper>>>>,
}

/// A helper that waits for its plan. Ends when dropped.
#[derive(Debug)]
pub(super) struct Helper {
    pub child: Child,
    pub control: UnixStream,
    readiness: Readiness,
}

impl Helpers {
    pub fn new(program: PathBuf) -> Self {
        Self { program, spare: Some(Arc::default()) }
    }

    /// Each helper is started when it is needed.
    pub fn without_spare(program: PathBuf) -> Self {
        Self { program, spare: None }
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The spare if it is of the right kind and alive, or a new one.
    pub fn take(&self, readiness: Readiness) -> Result<Helper, Error> {
        let spare = self.spare.as_ref().and_then(|spare| lock(spare).take());
        match spare.filter(|helper| helper.readiness == readiness).and_then(Helper::if_alive) {
            Some(helper) => Ok(helper),
            None => self.start(readiness),
        }
    }

    /// Starts a spare if there is none.
    pub fn prepare(&self, readiness: Readiness) {
        let Some(spare) = &self.spare else { return };
        if lock(spare).is_some() {
            return;
        }
        // Should it fail, the next command says why.
        if let Ok(helper) = self.start(readiness) {
            *lock(spare) = Some(helper);
        }
    }

    fn start(&self, readiness: Readiness) -> Result<Helper, Error> {
        let (control, helpers) = UnixStream::pair().map_err(Error::Start)?;
        let child = Command::from(self.command(readiness, helpers.into()))
            .spawn()
            .map_err(|source| Error::Helper { path: self.program.clone(), source })?;
        Ok(Helper { child, control, readiness })
    }

    /// The command that starts a helper; what it prints is lost, the plan brings other streams.
    pub fn command(&self, readiness: Readiness, control: OwnedFd) -> std::process::Command {
        use std::os::unix::process::CommandExt;
        use std::process::Stdio;
        let mut command = std::process::Command::new(&self.program);
        command.arg0(HELPER_NAME).arg(readiness.word()).env_clear();
        command.stdin(control).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Helper {
    fn if_alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }
}

fn lock(spare: &Mutex<Option<Helper>>) -> std::sync::MutexGuard<'_, Option<Helper>> {
    spare.lock().unwrap_or_else(PoisonError::into_inner)
}
