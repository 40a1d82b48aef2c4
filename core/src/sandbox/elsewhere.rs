//! Starting commands where there is no sandbox: on Unix systems other than Linux.
//!
//! Same names as on Linux. Policies that restrict are refused before it comes to a launch; what runs, runs with
//! full access in a process group of its own, which is ended as a whole. What leaves its group is not found.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use super::Error;
use super::command::CommandSpec;
use super::limit::Limit;
use super::plan::Confinement;
use super::streams::{Stdin, Streams};
use super::strength::Strength;

/// Between the polite request to end and the end.
const GRACE: Duration = Duration::from_millis(100);

/// Always none.
pub(super) fn strength(_helper: &Path) -> Strength {
    Strength::None {
        reason: "only Linux has a sandbox so far".to_owned(),
        remedy: "use full access, or run the server inside of a container or a virtual machine".to_owned(),
    }
}

/// Nothing is started ahead of need here.
#[derive(Clone, Debug)]
pub(super) struct Helpers;

impl Helpers {
    pub fn new(_program: PathBuf) -> Self {
        Self
    }
}

/// A command that can be started.
#[derive(Clone, Debug)]
pub struct Launch {
    command: CommandSpec,
}

impl Launch {
    pub fn unrestricted(_helper: impl Into<PathBuf>, command: CommandSpec) -> Self {
        Self { command }
    }

    pub(super) fn confined(_helpers: Helpers, _confinement: Confinement, command: CommandSpec) -> Self {
        Self { command }
    }

    pub fn command(&self) -> &CommandSpec {
        &self.command
    }

    pub fn is_sandboxed(&self) -> bool {
        false
    }

    /// Starts the command.
    pub async fn start(self, streams: Streams) -> Result<Running, Error> {
        let child = Command::from(self.prepared(streams)?).spawn().map_err(|error| self.failure(&error))?;
        Ok(Running { child, ending: false })
    }

    pub(super) fn run_here(self, streams: Streams) -> Result<i32, Error> {
        let status = self.prepared(streams)?.status().map_err(|error| self.failure(&error))?;
        Ok(code_of(status))
    }

    fn prepared(&self, streams: Streams) -> Result<std::process::Command, Error> {
        use std::os::unix::process::CommandExt;
        let (program, arguments) = self.command.argv.split_first().ok_or(Error::Empty)?;
        let stdin = match streams.stdin {
            Stdin::Null => Stdio::null(),
            Stdin::Terminal => streams.stdout.try_clone().map_err(Error::Start)?.into(),
            Stdin::Fd(fd) => fd.into(),
        };
        let mut command = std::process::Command::new(program);
        command.args(arguments).current_dir(&self.command.cwd).process_group(0);
        command.env_clear().envs(self.command.env.iter().map(|(name, value)| (name, value)));
        command.stdin(stdin).stdout(streams.stdout).stderr(streams.stderr);
        Ok(command)
    }

    fn failure(&self, error: &std::io::Error) -> Error {
        let program = self.command.argv.first().cloned().unwrap_or_default();
        Error::Program { program, message: error.to_string() }
    }
}

/// A started command. Dropping it ends the command and its process group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    ending: bool,
}

impl Running {
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// The exit code of the command, when its process group is ended; 128 and the number for a signal.
    pub async fn ended(&mut self) -> i32 {
        if self.ending && tokio::time::timeout(GRACE, self.child.wait()).await.is_err() {
            self.force();
        }
        let group = self.group();
        let code = self.child.wait().await.map_or(-1, code_of);
        signal(group, Signal::KILL);
        code
    }

    pub fn limit(&self) -> Option<Limit> {
        None
    }

    pub async fn gone(&mut self) {}

    pub fn make_way(self) {}

    pub async fn ask_to_end(&mut self) {
        self.ending = true;
        signal(self.group(), Signal::TERM);
    }

    pub fn force(&mut self) {
        signal(self.group(), Signal::KILL);
    }

    fn group(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.child.id()?).ok()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.force();
    }
}

fn signal(group: Option<Pid>, signal: Signal) {
    if let Some(group) = group {
        // It may be gone already.
        let _ = kill_process_group(group, signal);
    }
}

fn code_of(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}
