//! A place to attack: a workspace, a home directory with secrets, and things outside that must not change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use codex_protocol::policy::{SandboxPolicy, WorkspaceWrite};
use serde::{Deserialize, Serialize};

use super::roles::{self, Orders};
use crate::base::paths::AbsolutePath;
use crate::sandbox::Sandbox;
use crate::sandbox::command::CommandSpec;
use crate::sandbox::launch::Launch;

/// What only the server knows. Whoever prints it got out.
pub const SECRET: &str = "canary-secret-4711";
/// Longer than any attack takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a command is confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The control: neither sandbox nor helper.
    Bare,
    /// The helper without restrictions.
    Open,
    Full,
    Landlock,
}

pub const CONFINED: [Mode; 2] = [Mode::Full, Mode::Landlock];

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Open => "open",
            Self::Full => "full",
            Self::Landlock => "landlock",
        }
    }

    /// Only the workspace may be written.
    pub fn policy(self) -> SandboxPolicy {
        match self {
            Self::Bare | Self::Open => SandboxPolicy::DangerFullAccess,
            Self::Full | Self::Landlock => SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
                exclude_slash_tmp: true,
                exclude_tmpdir_env_var: true,
                ..WorkspaceWrite::default()
            }),
        }
    }

    /// The sandbox in this strength.
    pub fn sandbox(self, home: &Path) -> io::Result<Sandbox> {
        let sandbox = Sandbox::detect(this_program()?, home);
        Ok(match self {
            Self::Bare | Self::Open | Self::Full => sandbox,
            Self::Landlock => sandbox.landlock_only(),
        })
    }
}

pub fn this_program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// A fresh folder with `ws`, `home` (with credentials) and `outside`; gone when dropped.
pub struct Place {
    _folder: tempfile::TempDir,
    pub base: PathBuf,
}

impl Place {
    pub fn new() -> io::Result<Self> {
        Self::within(Path::new("/tmp"))
    }

    pub fn within(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("place-").tempdir_in(parent)?;
        let base = folder.path().canonicalize()?;
        for name in ["ws", "home", "outside"] {
            fs::create_dir(base.join(name))?;
        }
        fs::write(base.join("home/auth.json"), SECRET)?;
        fs::write(base.join("home/config.toml"), "settings")?;
        fs::write(base.join("outside/file"), "precious")?;
        Ok(Self { _folder: folder, base })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    pub fn cwd(&self) -> io::Result<AbsolutePath> {
        AbsolutePath::new(self.path("ws")).map_err(io::Error::other)
    }

    /// A shell command in the workspace.
    pub fn shell(&self, script: &str) -> io::Result<CommandSpec> {
        Ok(CommandSpec {
            argv: ["/bin/sh", "-c", script].map(String::from).to_vec(),
            cwd: self.cwd()?,
            env: vec![("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())],
        })
    }

    pub fn plan(&self, mode: Mode, command: CommandSpec) -> io::Result<Launch> {
        let sandbox = mode.sandbox(&self.path("home"))?;
        sandbox.plan(&mode.policy(), &self.cwd()?, command).map_err(io::Error::other)
    }

    /// What a server in this place is told.
    pub fn orders(&self, mode: Mode) -> Orders {
        Orders {
            mode,
            cwd: self.path("ws"),
            home: self.path("home"),
            unreadable: Vec::new(),
            without: Vec::new(),
        }
    }

    /// A server of its own that runs a program, with the secret in its environment.
    pub fn server(&self, orders: &Orders, role: &str, argv: &[&str]) -> io::Result<Command> {
        let mut server = Command::new(this_program()?);
        server.arg(roles::ARGUMENT).arg(role).arg(serde_json::to_string(orders)?).args(argv);
        server.env("CANARY_SECRET", SECRET).env("BASH_ENV", self.path("outside/file"));
        server.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(server)
    }

    /// Runs a program under a server to its end.
    pub fn run(&self, mode: Mode, argv: &[&str]) -> io::Result<Output> {
        finish(self.server(&self.orders(mode), "run", argv)?)
    }
}

/// The output of a server that has little to say, so that the pipes hold it until the end.
pub fn finish(mut server: Command) -> io::Result<Output> {
    let mut child = server.spawn()?;
    let end = Instant::now() + PATIENCE;
    while child.try_wait()?.is_none() {
        if Instant::now() > end {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("{server:?} takes too long")));
        }
        thread::sleep(Duration::from_millis(1));
    }
    child.wait_with_output()
}
