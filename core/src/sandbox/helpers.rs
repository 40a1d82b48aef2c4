//! Helpers for commands, one ahead of need.
//!
//! Starting a program as large as this one takes longer than most commands. So it is done once: a nursery, which
//! is this program without threads and memory to speak of, forks a helper whenever it is told to. Once a command
//! has ended, a spare helper gets ready for another of its kind and waits. Before the first command there is
//! neither; both end with this process.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Error;
use super::message;
use super::plan::Readiness;
use crate::base::descriptors;

/// The name by which the program knows that it is a helper.
pub(super) const HELPER_NAME: &str = "codex-linux-sandbox";
/// The word that makes it a nursery.
pub(super) const NURSERY: &str = "nursery";

/// Where helpers come from. Clones share the nursery and the spare.
#[derive(Clone, Debug)]
pub(super) struct Helpers {
    program: PathBuf,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    nursery: Option<Nursery>,
    spare: Option<Helper>,
    /// The line to the helper of the last command, which keeps what the next one may need too.
    last: Option<tokio::net::UnixStream>,
}

/// A helper that waits for its plan on the other end of this line. Ends when dropped.
#[derive(Debug)]
pub(super) struct Helper {
    pub control: UnixStream,
    readiness: Readiness,
}

impl Helpers {
    pub fn new(program: PathBuf) -> Self {
        Self { program, shared: Arc::default() }
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The spare if it is of the right kind and alive, or a new one.
    pub fn take(&self, readiness: Readiness) -> Result<Helper, Error> {
        let mut shared = self.lock();
        match shared.spare.take().filter(|spare| spare.readiness == readiness && spare.waits()) {
            Some(spare) => Ok(spare),
            None => shared.make(&self.program, readiness),
        }
    }

    /// Makes a spare if there is none of this kind.
    pub fn prepare(&self, readiness: Readiness) {
        let mut shared = self.lock();
        if shared.spare.as_ref().is_none_or(|spare| spare.readiness != readiness) {
            // Should it fail, the next command says why.
            shared.spare = shared.make(&self.program, readiness).ok();
        }
    }

    /// The command of this helper has ended, and another of its kind may come.
    pub fn succeed(&self, control: tokio::net::UnixStream, readiness: Readiness) {
        self.lock().last = Some(control);
        self.prepare(readiness);
    }

    /// The next helper comes from a new nursery.
    pub fn start_over(&self) {
        self.lock().nursery = None;
    }

    /// The command that starts the program as a helper; what it prints is lost, the plan brings other streams.
    pub fn command(program: &Path, word: &str, line: OwnedFd) -> Command {
        use std::os::unix::process::CommandExt;
        let mut command = Command::new(program);
        command.arg0(HELPER_NAME).arg(word).env_clear();
        command.args(descriptors::before().map(|limit| limit.to_string()));
        command.stdin(line).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic cannot leave it half changed.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn make(&mut self, program: &Path, readiness: Readiness) -> Result<Helper, Error> {
        let (control, helpers) = UnixStream::pair().map_err(Error::Start)?;
        let helpers = [OwnedFd::from(helpers)];
        if let Some(nursery) = &self.nursery
            && nursery.order(readiness, &helpers).is_ok()
        {
            return Ok(Helper { control, readiness });
        }
        // There was none yet, or somebody has ended it.
        let nursery = self.nursery.insert(Nursery::start(program)?);
        nursery.order(readiness, &helpers).map_err(Error::Start)?;
        Ok(Helper { control, readiness })
    }
}

impl Helper {
    /// Whether it still waits for its plan: until then it says nothing, and does not hang up.
    fn waits(&self) -> bool {
        let mut events = [PollFd::new(&self.control, PollFlags::IN)];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        matches!(poll(&mut events, Some(&now)), Ok(0))
    }
}

/// The process that forks helpers. Ends when dropped; its helpers do not.
#[derive(Debug)]
struct Nursery {
    process: Child,
    line: UnixStream,
}

impl Nursery {
    fn start(program: &Path) -> Result<Self, Error> {
        let (line, nurserys) = UnixStream::pair().map_err(Error::Start)?;
        // One that takes no orders must not hold anybody up.
        line.set_nonblocking(true).map_err(Error::Start)?;
        let process = Helpers::command(program, NURSERY, nurserys.into())
            .spawn()
            .map_err(|source| Error::Helper { path: program.to_path_buf(), source })?;
        Ok(Self { process, line })
    }

    /// Has a helper made that holds the other end of a control line.
    fn order(&self, readiness: Readiness, control: &[OwnedFd]) -> io::Result<()> {
        message::send(&self.line, readiness.word().as_bytes(), control)
    }
}

impl Drop for Nursery {
    fn drop(&mut self) {
        // By force, so that it can be waited for without a limit.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
