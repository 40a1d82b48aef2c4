//! Fencing commands in: a policy and a command become a launch, which the helper carries out.
//!
//! The helper is this same program, started again under another name before any thread exists (`helper`). It
//! is the parent of everything a command starts, builds its walls, and takes it all down when the command, the
//! call or the server ends. How strong the walls can be is found out by trying (`Sandbox::strength`), and a
//! policy that cannot be kept is refused, never weakened.

pub mod command;
pub mod denial;
pub mod helper;
pub mod launch;
#[cfg(target_os = "linux")]
mod linux;
mod plan;

use std::io;
use std::path::{Path, PathBuf};

use codex_protocol::policy::SandboxPolicy;

use crate::base::paths::AbsolutePath;
use command::CommandSpec;
use launch::Launch;

/// Why a command was not planned or not started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system offers no sandbox.
    #[error("the sandbox policy cannot be kept here: {reason}; {remedy}")]
    Unavailable { reason: String, remedy: String },
    /// The working directory of the command, or of the policy, cannot be used.
    #[error("the working directory (cwd) `{}` cannot be entered: {message}", cwd.display())]
    Cwd { cwd: PathBuf, message: String },
    /// A writable root of the policy cannot be used.
    #[error("the writable root `{}` cannot be used: {message}", root.display())]
    Root { root: PathBuf, message: String },
    /// The program does not exist or cannot be executed.
    #[error("cannot run `{program}`: {message}")]
    Program { program: String, message: String },
    /// The command is empty.
    #[error("the command is empty; it needs at least the name of a program")]
    Empty,
    #[error("the sandbox helper `{}` cannot be started", path.display())]
    Helper {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The walls could not be built.
    #[error("the sandbox could not be set up: {0}")]
    Setup(String),
    #[error("the command could not be started")]
    Start(#[source] io::Error),
}

/// The sandbox of this machine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sandbox {
    helper: PathBuf,
    home: PathBuf,
}

impl Sandbox {
    /// `helper` is this program's file, `home` the server's home directory. Nothing is tried yet.
    pub fn detect(helper: PathBuf, home: &Path) -> Self {
        Self { helper, home: home.to_path_buf() }
    }

    /// How a command is to be started under a policy. `cwd` is the directory that the policy speaks of.
    pub fn plan(
        &self,
        policy: &SandboxPolicy,
        cwd: &AbsolutePath,
        command: CommandSpec,
    ) -> Result<Launch, Error> {
        let _ = cwd;
        if command.argv.is_empty() {
            return Err(Error::Empty);
        }
        if policy.is_unrestricted() {
            return Ok(Launch::unrestricted(&self.helper, command));
        }
        Err(Error::Unavailable { reason: "not built yet".into(), remedy: "use full access".into() })
    }
}
