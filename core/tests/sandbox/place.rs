//! The place of the self-test, for tests, in which nothing may go wrong.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use codex_core::base::paths::AbsolutePath;
use codex_core::exec::unified::{OpenRequest, UnifiedExecSessionManager};
use codex_core::sandbox::Sandbox;
use codex_core::sandbox::command::CommandSpec;
use codex_core::sandbox::launch::Launch;
use codex_core::sandbox::strength::Strength;
use codex_core::selftest::place::{self, finish};
pub use codex_core::selftest::place::{CONFINED, Mode, SECRET};
use codex_core::selftest::roles;

use crate::runner::{Outcome, block_on};

/// The sandbox in the wanted strength.
pub fn sandbox(mode: Mode, home: &Path) -> Sandbox {
    mode.sandbox(home).unwrap()
}

pub fn this_program() -> PathBuf {
    place::this_program().unwrap()
}

pub struct Place(place::Place);

impl Deref for Place {
    type Target = place::Place;

    fn deref(&self) -> &place::Place {
        &self.0
    }
}

impl Place {
    pub fn new() -> Self {
        Self(place::Place::new().unwrap())
    }

    pub fn cwd(&self) -> AbsolutePath {
        self.0.cwd().unwrap()
    }

    /// A shell command in the workspace.
    pub fn shell(&self, script: &str) -> CommandSpec {
        self.0.shell(script).unwrap()
    }

    pub fn plan(&self, mode: Mode, command: CommandSpec) -> Launch {
        self.0.plan(mode, command).unwrap()
    }

    /// Runs a program under a server of its own, which has the secret in its environment.
    pub fn run(&self, mode: Mode, argv: &[&str]) -> Output {
        self.0.run(mode, argv).unwrap()
    }

    pub fn run_with(&self, mode: Mode, argv: &[&str], stdin: Stdio) -> Output {
        let mut server = self.0.server(&self.orders(mode), "run", argv).unwrap();
        server.stdin(stdin);
        finish(server).unwrap()
    }

    /// Lets an attacker of the self-test do its work.
    pub fn attack(&self, mode: Mode, attack: &[&str]) -> Output {
        let program = this_program();
        let words = [program.to_str().unwrap(), roles::ARGUMENT, "attack"];
        self.run(mode, &[&words, attack].concat())
    }
}

/// All in which a server runs commands.
pub const SERVED: [Mode; 3] = [Mode::Open, Mode::Full, Mode::Landlock];

/// Runs a test in each of the modes that exists here.
pub fn in_modes(modes: &[Mode], test: impl Fn(Mode)) -> Outcome {
    let mut unsupported = Vec::new();
    for mode in modes {
        match is_missing(*mode) {
            Some(reason) => unsupported.push(format!("{}: {reason}", mode.name())),
            None => test(*mode),
        }
    }
    Outcome::of_modes(modes.len() - unsupported.len(), unsupported)
}

/// Runs a command as a session to its end, and gives back all that it said.
pub fn told(launch: Launch) -> String {
    block_on(async {
        let session = UnifiedExecSessionManager::new().open(OpenRequest::new(launch)).await.unwrap();
        session.wait().await;
        session.aggregated()
    })
}

/// Whether the strength exists here; if not, why.
pub fn is_missing(mode: Mode) -> Option<String> {
    if matches!(mode, Mode::Bare | Mode::Open) {
        return None;
    }
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
