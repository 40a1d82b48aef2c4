//! A place to attack: a workspace, a home directory with secrets, and things outside that must not change.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use codex_core::base::paths::AbsolutePath;
use codex_core::sandbox::Sandbox;
use codex_core::sandbox::command::CommandSpec;
use codex_core::sandbox::launch::Launch;
use codex_protocol::policy::{SandboxPolicy, WorkspaceWrite};

/// What only the server knows. Whoever prints it got out.
pub const SECRET: &str = "canary-secret-4711";
/// Longer than any attack takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a command is confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let mut known = [Self::Bare, Self::Open, Self::Full, Self::Landlock].into_iter();
        known.find(|mode| mode.name() == name).ok_or(format!("no mode {name}"))
    }
}

/// The sandbox in the wanted strength.
pub fn sandbox(mode: Mode, home: &Path) -> Sandbox {
    let sandbox = Sandbox::detect(this_program(), home);
    match mode {
        Mode::Bare | Mode::Open | Mode::Full => sandbox,
        Mode::Landlock => sandbox.landlock_only(),
    }
}

pub fn this_program() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// A fresh folder with `ws`, `home` (with credentials) and `outside`; gone when dropped.
pub struct Place {
    _folder: tempfile::TempDir,
    pub base: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        Self::within(Path::new("/tmp"))
    }

    pub fn within(parent: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("place-").tempdir_in(parent).unwrap();
        let base = folder.path().canonicalize().unwrap();
        for name in ["ws", "home", "outside"] {
            fs::create_dir(base.join(name)).unwrap();
        }
        fs::write(base.join("home/auth.json"), SECRET).unwrap();
        fs::write(base.join("home/config.toml"), "settings").unwrap();
        fs::write(base.join("outside/file"), "precious").unwrap();
        Self { _folder: folder, base }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn cwd(&self) -> AbsolutePath {
        AbsolutePath::new(self.path("ws")).unwrap()
    }

    /// A shell command in the workspace.
    pub fn shell(&self, script: &str) -> CommandSpec {
        CommandSpec {
            argv: ["/bin/sh", "-c", script].map(String::from).to_vec(),
            cwd: self.cwd(),
            env: vec![("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())],
        }
    }

    pub fn plan(&self, mode: Mode, command: CommandSpec) -> Launch {
        sandbox(mode, &self.path("home")).plan(&mode.policy(), &self.cwd(), command).unwrap()
    }

    /// Runs a program under a server of its own, which has the secret in its environment.
    pub fn run(&self, mode: Mode, argv: &[&str]) -> Output {
        self.run_with(mode, argv, Stdio::null())
    }

    pub fn run_with(&self, mode: Mode, argv: &[&str], stdin: Stdio) -> Output {
        let mut server = Command::new(this_program());
        server.args(["role", "run", mode.name(), &self.text("ws"), &self.text("home")]).args(argv);
        server.env("CANARY_SECRET", SECRET).env("BASH_ENV", self.path("outside/file"));
        server.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = server.spawn().unwrap();
        let end = Instant::now() + PATIENCE;
        // Outputs are small, so the pipes hold them until the end.
        while child.try_wait().unwrap().is_none() {
            if Instant::now() > end {
                child.kill().unwrap();
                panic!("{argv:?} takes too long in mode {}", mode.name());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.wait_with_output().unwrap()
    }
}

/// Whether the strength exists here; if not, why.
pub fn is_missing(mode: Mode) -> Option<String> {
    use codex_core::sandbox::strength::Strength;
    let place = Place::new();
    if mode == Mode::Landlock {
        let output = place.run(mode, &["/bin/true"]);
        return (!output.status.success()).then(|| String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let reason = match sandbox(mode, &place.path("home")).strength() {
        Strength::Full => return None,
        Strength::LandlockOnly { missing } => missing.first().map(ToString::to_string),
        Strength::None { reason, .. } => Some(reason.clone()),
    };
    assert!(!namespaces_work(), "the system has namespaces, but they are not used: {reason:?}");
    reason
}

/// Whether somebody else can make all the namespaces that the full sandbox is made of.
fn namespaces_work() -> bool {
    let all = ["--user", "--map-root-user", "--mount", "--pid", "--net", "--ipc", "--fork", "/bin/true"];
    let tried = Command::new("unshare").args(all).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}
