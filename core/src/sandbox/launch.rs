//! Starting a planned command under a helper, and following it to its end.
//!
//! The helper's standard input is a socket to this process. The plan and the streams of the command go down,
//! reports come up, and the closing of our side, by intent or by our death, tells the helper to end everything.
//! That is why no signal from a dying parent is needed, whichever thread started the helper.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::PathBuf;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::UnixStream;

use super::Error;
use super::command::CommandSpec;
use super::helpers::{Helper, Helpers};
use super::limit::Limit;
use super::message::send_length;
use super::plan::{Confinement, FailureKind, Plan, Readiness, Report, StdinKind};
use super::streams::{Stdin, Streams};

/// A command that can be started, confined as its policy wants.
#[derive(Clone, Debug)]
pub struct Launch {
    helpers: Helpers,
    confinement: Confinement,
    command: CommandSpec,
}

impl Launch {
    /// A command without restrictions, under the same helper.
    pub fn unrestricted(helper: impl Into<PathBuf>, command: CommandSpec) -> Self {
        Self::confined(Helpers::new(helper.into()), Confinement::Open, command)
    }

    pub(super) fn confined(helpers: Helpers, confinement: Confinement, command: CommandSpec) -> Self {
        Self { helpers, confinement, command }
    }

    pub fn command(&self) -> &CommandSpec {
        &self.command
    }

    /// Whether a failure of this command may be the sandbox's doing.
    pub fn is_sandboxed(&self) -> bool {
        self.confinement != Confinement::Open
    }

    /// Starts the command and returns when it runs, or with the reason why it does not.
    pub async fn start(self, streams: Streams) -> Result<Running, Error> {
        let (plan, descriptors) = self.plan(streams);
        match self.try_start(&plan, &descriptors).await {
            // Nobody has read the plan: the nursery was killed before it made the helper.
            Err(Error::Start(error)) if is_reset(&error) => {
                self.helpers.start_over();
                self.try_start(&plan, &descriptors).await
            }
            started => started,
        }
    }

    async fn try_start(&self, plan: &[u8], descriptors: &[OwnedFd]) -> Result<Running, Error> {
        let readiness = self.confinement.readiness();
        let Helper { control, .. } = self.helpers.take(readiness)?;
        send_length(&control, plan, descriptors).map_err(Error::Start)?;
        control.set_nonblocking(true).map_err(Error::Start)?;
        let mut control = UnixStream::from_std(control).map_err(Error::Start)?;
        // A helper that ended early has said why, so its words matter more than a failure to write.
        let written = control.write_all(plan).await;
        let next = (self.helpers.clone(), readiness);
        let received = Vec::with_capacity(64);
        let mut running = Running { helper: None, process: None, control, received, limit: None, next };
        match running.next_report().await {
            Ok(Some(Report::Started { helper })) => {
                running.guard(helper);
                Ok(running)
            }
            Ok(Some(Report::Failed { kind, message })) => Err(self.failure(kind, message)),
            Ok(Some(Report::Ended { .. }) | None) => {
                written.map_err(Error::Start)?;
                Err(ended_in_silence())
            }
            Err(error) => Err(Error::Start(error)),
        }
    }

    /// Starts the command and waits on this thread for its end; returns its exit code.
    pub(super) fn run_here(self, streams: Streams) -> Result<i32, Error> {
        let (plan, descriptors) = self.plan(streams);
        let (mut control, helpers) = StdUnixStream::pair().map_err(Error::Start)?;
        send_length(&control, &plan, &descriptors).map_err(Error::Start)?;
        drop(descriptors);
        let word = self.confinement.readiness().word();
        let mut child = Helpers::command(self.helpers.program(), word, helpers.into())
            .spawn()
            .map_err(|source| Error::Helper { path: self.helpers.program().to_path_buf(), source })?;
        let _ = control.write_all(&plan);
        let mut received = Vec::new();
        let code = loop {
            match Report::take(&mut received) {
                Some(Report::Started { .. }) => continue,
                Some(Report::Failed { kind, message }) => break Err(self.failure(kind, message)),
                Some(Report::Ended { code, .. }) => break Ok(code),
                None => {}
            }
            let mut buffer = [0; 512];
            match control.read(&mut buffer) {
                Ok(0) => break Err(ended_in_silence()),
                Ok(count) => received.extend(buffer.iter().take(count)),
                Err(error) => break Err(Error::Start(error)),
            }
        };
        drop(control);
        let _ = child.wait();
        code
    }

    /// The plan and the streams that go with it.
    fn plan(&self, streams: Streams) -> (Vec<u8>, Vec<OwnedFd>) {
        let mut descriptors = vec![streams.stdout, streams.stderr];
        let stdin = match streams.stdin {
            Stdin::Null => StdinKind::Null,
            Stdin::Terminal => StdinKind::Terminal,
            Stdin::Fd(fd) => {
                descriptors.push(fd);
                StdinKind::Passed
            }
        };
        let plan = Plan {
            confinement: self.confinement.clone(),
            stdin,
            argv: self.command.argv.iter().map(Into::into).collect(),
            env: self.command.env.iter().map(|(name, value)| format!("{name}={value}").into()).collect(),
            cwd: self.command.cwd.clone().into_path_buf(),
        };
        (plan.encode(), descriptors)
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

fn is_reset(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

fn ended_in_silence() -> Error {
    Error::Setup("the sandbox helper ended without a word".to_owned())
}

#[allow(unsafe_code)]
fn watched(process: OwnedFd) -> Option<AsyncFd<OwnedFd>> {
    // SAFETY: nothing replaces or closes a descriptor that is owned.
    unsafe { AsyncFd::register_with_interest(process, Interest::READABLE).ok() }
}

/// As a shell says it of what was killed.
const KILLED: i32 = 128 + 9;

/// A started command. Dropping it ends the command and everything it started.
#[derive(Debug)]
pub struct Running {
    helper: Option<u32>,
    /// The helper's process; absent if it was gone at once.
    process: Option<AsyncFd<OwnedFd>>,
    control: UnixStream,
    received: Vec<u8>,
    limit: Option<Limit>,
    /// For a helper that can start another command of this kind.
    next: (Helpers, Readiness),
}

impl Running {
    /// The helper's process id; the command and all it starts are below it.
    pub fn pid(&self) -> Option<u32> {
        self.helper
    }

    fn guard(&mut self, helper: u32) {
        self.helper = Some(helper);
        let pid = i32::try_from(helper).ok().and_then(Pid::from_raw);
        let process = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        self.process = process.and_then(watched);
    }

    /// The exit code of the command, when nothing it started runs any more; 128 and the number for a signal.
    ///
    /// May be dropped and called again.
    pub async fn ended(&mut self) -> i32 {
        match self.next_report().await {
            Ok(Some(Report::Ended { code, limit })) => {
                self.limit = limit;
                code
            }
            // The helper itself was ended; what it guarded ends by the guards of the kernel.
            _ => KILLED,
        }
    }

    /// Which limit the command had reached when it ended, if that is known.
    pub fn limit(&self) -> Option<Limit> {
        self.limit
    }

    /// Waits until the helper itself, the last process of all, is gone.
    pub async fn gone(&mut self) {
        if let Some(process) = &self.process {
            let _ = process.readable().await;
        }
    }

    /// The command has ended: a helper gets ready for the next one. This one goes when that one's time is over,
    /// or soon by itself.
    pub fn make_way(self) {
        let (helpers, readiness) = self.next;
        helpers.succeed(self.control, readiness);
    }

    /// Asks the helper to end the command: politely first, by force soon after.
    pub async fn ask_to_end(&mut self) {
        let _ = self.control.shutdown().await;
    }

    /// Ends the helper by force; the kernel ends what is below it.
    pub fn force(&mut self) {
        if let Some(process) = &self.process {
            let _ = pidfd_send_signal(process, Signal::KILL);
        }
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
