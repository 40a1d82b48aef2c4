//! Starting a planned command under the helper, and following it to its end.
//!
//! The helper's standard input is a socket to this process. The plan goes down, reports come up, and the closing
//! of our side, by intent or by our death, tells the helper to end everything. That is why no signal from a
//! dying parent is needed, whichever thread started the helper.

use std::fs::File;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use super::Error;
use super::command::CommandSpec;
use super::plan::{Confinement, FailureKind, Plan, Report, StdinKind, prefix};

/// The name by which the program knows that it is the helper.
pub(super) const HELPER_NAME: &str = "codex-linux-sandbox";

/// A command that can be started, confined as its policy wants.
#[derive(Clone, Debug)]
pub struct Launch {
    helper: PathBuf,
    confinement: Confinement,
    command: CommandSpec,
}

/// Where a command reads and writes.
#[derive(Debug)]
pub struct Streams {
    pub stdin: Stdin,
    pub stdout: OwnedFd,
    pub stderr: OwnedFd,
}

#[derive(Debug)]
pub enum Stdin {
    /// The end of input at once.
    Null,
    /// The terminal that is given as stdout; it becomes the controlling terminal of a new session.
    Terminal,
    Fd(OwnedFd),
}

impl Launch {
    /// A command without restrictions, under the same helper.
    pub fn unrestricted(helper: impl Into<PathBuf>, command: CommandSpec) -> Self {
        Self { helper: helper.into(), confinement: Confinement::Open, command }
    }

    pub(super) fn confined(helper: PathBuf, confinement: Confinement, command: CommandSpec) -> Self {
        Self { helper, confinement, command }
    }

    pub fn command(&self) -> &CommandSpec {
        &self.command
    }

    /// Whether a failure of this command may be the sandbox's doing.
    pub fn is_sandboxed(&self) -> bool {
        self.confinement != Confinement::Open
    }

    pub(super) fn is_probe(&self) -> bool {
        self.command.argv.is_empty()
    }

    /// Starts the command and returns when it runs, or with the reason why it does not.
    pub async fn start(self, streams: Streams) -> Result<Running, Error> {
        let (plan, passed) = self.plan(streams.stdin);
        let (ours, helpers) = control_pair()?;
        send_first(&ours, &plan, passed)?;
        ours.set_nonblocking(true).map_err(Error::Start)?;
        let mut control = UnixStream::from_std(ours).map_err(Error::Start)?;
        let child = Command::new(&self.helper)
            .arg0(HELPER_NAME)
            .env_clear()
            .stdin(helpers)
            .stdout(streams.stdout)
            .stderr(streams.stderr)
            .spawn()
            .map_err(|source| Error::Helper { path: self.helper.clone(), source })?;
        // A helper that ended early has said why, so its words matter more than a failure to write.
        let written = control.write_all(&plan).await;
        let mut running = Running { child, control, received: Vec::with_capacity(64) };
        match running.next_report().await {
            Ok(Some(Report::Started)) => Ok(running),
            Ok(Some(Report::Failed { kind, message })) => Err(self.failure(kind, message)),
            Ok(Some(Report::Ended(_)) | None) => {
                written.map_err(Error::Start)?;
                Err(Error::Setup("the sandbox helper ended without a word".to_owned()))
            }
            Err(error) => Err(Error::Start(error)),
        }
    }

    /// As `start`, on this thread, with the streams of this process, and waiting for the end.
    pub(super) fn run_here(self, stdin: Stdin, output: [Stdio; 2]) -> Result<i32, Error> {
        use std::io::{Read, Write};
        use std::os::unix::process::CommandExt;

        let (plan, passed) = self.plan(stdin);
        let (mut ours, helpers) = control_pair()?;
        send_first(&ours, &plan, passed)?;
        let [stdout, stderr] = output;
        let mut child = std::process::Command::new(&self.helper)
            .arg0(HELPER_NAME)
            .env_clear()
            .stdin(helpers)
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .map_err(|source| Error::Helper { path: self.helper.clone(), source })?;
        let _ = ours.write_all(&plan);
        let mut received = Vec::new();
        let code = loop {
            match Report::take(&mut received) {
                Some(Report::Started) => continue,
                Some(Report::Failed { kind, message }) => break Err(self.failure(kind, message)),
                Some(Report::Ended(code)) => break Ok(code),
                None => {}
            }
            let mut buffer = [0; 512];
            match ours.read(&mut buffer) {
                Ok(0) => break Err(Error::Setup("the sandbox helper ended without a word".to_owned())),
                Ok(count) => received.extend(buffer.iter().take(count)),
                Err(error) => break Err(Error::Start(error)),
            }
        };
        let _ = child.wait();
        code
    }

    fn plan(&self, stdin: Stdin) -> (Vec<u8>, Option<OwnedFd>) {
        let (stdin, passed) = match stdin {
            Stdin::Null => (StdinKind::Null, None),
            Stdin::Terminal => (StdinKind::Terminal, None),
            Stdin::Fd(fd) => (StdinKind::Passed, Some(fd)),
        };
        let plan = Plan {
            confinement: self.confinement.clone(),
            stdin,
            argv: self.command.argv.iter().map(Into::into).collect(),
            env: self.command.env.iter().map(|(name, value)| format!("{name}={value}").into()).collect(),
            cwd: self.command.cwd.clone().into_path_buf(),
        };
        (plan.encode(), passed)
    }

    fn failure(&self, kind: FailureKind, message: String) -> Error {
        match kind {
            FailureKind::Setup => Error::Setup(message),
            FailureKind::Program => {
                Error::Program { program: self.command.argv.first().cloned().unwrap_or_default(), message }
            }
            FailureKind::Cwd => Error::Cwd { cwd: self.command.cwd.clone().into_path_buf(), message },
        }
    }
}

fn control_pair() -> Result<(StdUnixStream, OwnedFd), Error> {
    let (ours, helpers) = StdUnixStream::pair().map_err(Error::Start)?;
    Ok((ours, helpers.into()))
}

/// The length of the plan and, with it, the descriptor to read from; fits into any empty socket.
fn send_first(control: &StdUnixStream, plan: &[u8], passed: Option<OwnedFd>) -> Result<(), Error> {
    let prefix = prefix(plan.len());
    let fds = passed.as_ref().map(AsFd::as_fd);
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !fds.as_slice().is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(fds.as_slice()));
    }
    let sent = sendmsg(control, &[IoSlice::new(&prefix)], &mut ancillary, SendFlags::NOSIGNAL)
        .map_err(|errno| Error::Start(errno.into()))?;
    if sent == prefix.len() { Ok(()) } else { Err(Error::Start(io::ErrorKind::WriteZero.into())) }
}

/// A started command. Dropping it ends the command and everything it started.
#[derive(Debug)]
pub struct Running {
    child: Child,
    control: UnixStream,
    received: Vec<u8>,
}

impl Running {
    /// The helper's process id; the command and all it starts are below it.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// The exit code of the command, when nothing it started runs any more; 128 and the number for a signal.
    ///
    /// May be dropped and called again.
    pub async fn ended(&mut self) -> i32 {
        match self.next_report().await {
            Ok(Some(Report::Ended(code))) => code,
            // The helper itself was ended; what it guarded ends by the guards of the kernel.
            _ => self.child.wait().await.map_or(-1, code_of),
        }
    }

    /// Waits until the helper itself, the last process of all, is gone.
    pub async fn gone(&mut self) {
        let _ = self.child.wait().await;
    }

    /// Asks the helper to end the command: politely first, by force soon after.
    pub async fn ask_to_end(&mut self) {
        let _ = self.control.shutdown().await;
    }

    /// Ends the helper by force; the kernel ends what is below it.
    pub fn force(&mut self) {
        let _ = self.child.start_kill();
    }

    async fn next_report(&mut self) -> io::Result<Option<Report>> {
        loop {
            if let Some(report) = Report::take(&mut self.received) {
                return Ok(Some(report));
            }
            if self.control.read_buf(&mut self.received).await? == 0 {
                return Ok(None);
            }
        }
    }
}

fn code_of(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

/// A descriptor that swallows everything.
pub(super) fn null() -> io::Result<File> {
    File::options().write(true).open("/dev/null")
}
