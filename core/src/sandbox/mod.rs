//! Fencing commands in: a policy and a command become a launch, which the helper carries out.
//!
//! The helper is this same program, started again under another name before any thread exists (`helper`). It
//! is the parent of everything a command starts, builds its walls, and takes it all down when the command, the
//! call or the server ends. How strong the walls can be is found out by trying (`Sandbox::strength`), and a
//! policy that cannot be kept is refused, never weakened.

pub mod command;
pub mod denial;
pub mod helper;
#[cfg(target_os = "linux")]
mod helpers;
#[cfg(target_os = "linux")]
pub mod launch;
#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
pub mod launch;
pub mod limit;
#[cfg(target_os = "linux")]
pub(crate) mod linux;
#[cfg(target_os = "linux")]
mod message;
mod personal;
mod plan;
#[cfg(target_os = "linux")]
mod probe;
pub mod reach;
mod rules;
pub mod streams;
pub mod strength;

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use codex_protocol::policy::SandboxPolicy;

use crate::base::environment::Environment;
use crate::base::paths::AbsolutePath;
use command::CommandSpec;
#[cfg(target_os = "linux")]
use helpers::Helpers;
#[cfg(not(target_os = "linux"))]
use launch::Helpers;
use launch::Launch;
use plan::Confinement;
use reach::Reach;
use rules::Surroundings;
use streams::{Stdin, Streams};
use strength::{Finding, Strength};

/// Whether a file or folder of this kind stands for one that is missing, for as long as a confined command runs.
#[cfg(target_os = "linux")]
pub fn stands_for_missing(found: &std::fs::Metadata) -> bool {
    linux::stubs::is_stub(found.len(), std::os::unix::fs::MetadataExt::mode(found))
}

/// Nothing does here.
#[cfg(not(target_os = "linux"))]
pub fn stands_for_missing(_: &std::fs::Metadata) -> bool {
    false
}

/// The folder in the server's home directory that holds what login shells have told.
pub const LOGIN_SHELLS: &str = rules::LOGIN_SHELLS;

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

/// The sandbox of this machine. Clones share what was found out.
#[derive(Clone, Debug)]
pub struct Sandbox {
    surroundings: Surroundings,
    helpers: Helpers,
    strength: Arc<OnceLock<Strength>>,
}

/// Whether both build the same walls around the same command. How strong these are is a matter of the machine.
impl PartialEq for Sandbox {
    fn eq(&self, other: &Self) -> bool {
        self.surroundings == other.surroundings
    }
}

impl Eq for Sandbox {}

impl Sandbox {
    /// `helper` is this program's file, `home` the server's home directory. Nothing is tried yet.
    pub fn detect(helper: PathBuf, home: &Path) -> Self {
        let helpers = Helpers::new(helper.clone());
        let surroundings = Surroundings { helper, home: home.to_path_buf(), ..Surroundings::default() };
        Self { surroundings, helpers, strength: Arc::default() }
    }

    /// Keeps confined commands from the sockets that these variables name, whether they get the variables or not, and
    /// from what makes programs run code in the home directory that they name.
    pub fn with_doors_of(mut self, environment: &Environment) -> Self {
        self.surroundings.doors = rules::doors_in(|name| environment.get(name));
        self.surroundings.user_home =
            environment.get_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
        let programs = environment.get_os("PATH").into_iter().flat_map(std::env::split_paths);
        self.surroundings.programs = programs.filter(|folder| folder.is_absolute()).collect();
        self
    }

    /// Further paths that confined commands never read.
    pub fn with_unreadable(mut self, paths: Vec<PathBuf>) -> Self {
        self.surroundings.unreadable = paths;
        self
    }

    /// Folders of projects that the user trusts: the one at hand, and others. Commands write none of their settings.
    pub fn with_trusted(mut self, project: Option<PathBuf>, others: Vec<PathBuf>) -> Self {
        self.surroundings.project = project;
        self.surroundings.trusted = others;
        self
    }

    /// Lets confined commands read this folder with what their login shell has told; all others of its kind are out of
    /// their sight.
    pub fn with_snapshot(mut self, folder: Option<PathBuf>) -> Self {
        self.surroundings.snapshot = folder;
        self
    }

    /// Uses this strength without trying whether it is there. For tests and for people who know better.
    pub fn with_strength(mut self, strength: Strength) -> Self {
        self.strength = Arc::new(OnceLock::from(strength));
        self
    }

    /// The strength without namespaces, as far as this kernel has it.
    #[cfg(target_os = "linux")]
    pub fn landlock_only(self) -> Self {
        let missing = probe::gaps(
            "it was switched off".to_owned(),
            probe::REMEDY_NAMESPACES,
            linux::landlock::version(),
        );
        self.with_strength(Strength::LandlockOnly { missing })
    }

    /// How strong the sandbox is. The first call tries it out, which takes some milliseconds and blocks.
    pub fn strength(&self) -> &Strength {
        self.strength.get_or_init(|| try_out(&self.surroundings.helper))
    }

    /// Whether the strength is known.
    pub fn is_tried(&self) -> bool {
        self.strength.get().is_some()
    }

    /// What there is to say about the sandbox of this machine.
    pub fn report(&self) -> Vec<Finding> {
        self.strength().findings()
    }

    /// The file of this program, which commands that are part of it run.
    pub fn program(&self) -> &Path {
        &self.surroundings.helper
    }

    /// Whether no policy lets a command write there: in the server's home directory, and in what makes other programs run
    /// code or trust a folder. The path must be a real one. Blocks.
    pub fn is_protected(&self, path: &Path) -> bool {
        let home = std::fs::canonicalize(&self.surroundings.home);
        let is_name =
            |part: Component<'_>| rules::PROTECTED_NAMES.iter().any(|name| part.as_os_str() == *name);
        home.is_ok_and(|home| path.starts_with(home)) || path.components().any(is_name)
    }

    /// Whether no policy lets a command read there. The path must be a real one. Blocks.
    pub fn is_hidden(&self, path: &Path) -> bool {
        rules::hidden(&self.surroundings)
            .any(|hidden| std::fs::canonicalize(hidden).is_ok_and(|hidden| path.starts_with(hidden)))
    }

    /// What a command may write under a policy. `cwd` is the directory that the policy speaks of. Blocks.
    pub fn reach(
        &self,
        policy: &SandboxPolicy,
        cwd: &AbsolutePath,
        command: &CommandSpec,
    ) -> Result<Reach, Error> {
        if policy.is_unrestricted() {
            return Ok(Reach::Everything);
        }
        rules::rules(policy, cwd, command, &self.surroundings).map(Reach::of)
    }

    /// How a command is to be started under a policy. `cwd` is the directory that the policy speaks of.
    pub fn plan(
        &self,
        policy: &SandboxPolicy,
        cwd: &AbsolutePath,
        command: CommandSpec,
    ) -> Result<Launch, Error> {
        if command.argv.is_empty() {
            return Err(Error::Empty);
        }
        for folder in [cwd, &command.cwd] {
            check_folder(folder)?;
        }
        if policy.is_unrestricted() {
            return Ok(Launch::confined(self.helpers.clone(), Confinement::Open, command));
        }
        let rules = || rules::rules(policy, cwd, &command, &self.surroundings);
        let confinement = match self.strength() {
            Strength::Full => Confinement::Namespaces(rules()?),
            Strength::LandlockOnly { .. } => Confinement::Landlock(rules()?),
            Strength::None { reason, remedy } => {
                return Err(Error::Unavailable { reason: reason.clone(), remedy: remedy.clone() });
            }
        };
        Ok(Launch::confined(self.helpers.clone(), confinement, command))
    }

    /// Runs a command under a policy with the input and output of this process, to its end; returns its
    /// exit code. Blocks.
    pub fn run_command(
        &self,
        policy: &SandboxPolicy,
        cwd: &AbsolutePath,
        command: CommandSpec,
    ) -> Result<i32, Error> {
        let copy =
            |stream| rustix::io::fcntl_dupfd_cloexec(stream, 3).map_err(|errno| Error::Start(errno.into()));
        let stdin = Stdin::Fd(copy(rustix::stdio::stdin())?);
        let (stdout, stderr) = (copy(rustix::stdio::stdout())?, copy(rustix::stdio::stderr())?);
        self.plan(policy, cwd, command)?.run_here(Streams { stdin, stdout, stderr })
    }
}

#[cfg(target_os = "linux")]
fn try_out(helper: &Path) -> Strength {
    probe::strength(helper)
}

#[cfg(not(target_os = "linux"))]
fn try_out(helper: &Path) -> Strength {
    launch::strength(helper)
}

/// Whether a command can be started there. Blocks.
pub fn check_folder(folder: &AbsolutePath) -> Result<(), Error> {
    let message = match std::fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => return Ok(()),
        Ok(_) => "it is not a folder".to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => "it does not exist".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Error::Cwd { cwd: folder.clone().into_path_buf(), message })
}
