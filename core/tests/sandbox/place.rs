//! A place to attack: a workspace, a home directory with secrets, and things outside that must not change.

use std::path::Path;
use std::str::FromStr;

use codex_core::sandbox::Sandbox;
use codex_protocol::policy::{SandboxPolicy, WorkspaceWrite};

/// How a command is confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The control: no restrictions, same helper.
    Open,
    Full,
    Landlock,
}

impl Mode {
    pub fn policy(self) -> SandboxPolicy {
        match self {
            Self::Open => SandboxPolicy::DangerFullAccess,
            Self::Full | Self::Landlock => SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
                exclude_slash_tmp: true,
                exclude_tmpdir_env_var: true,
                ..WorkspaceWrite::default()
            }),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Full => "full",
            Self::Landlock => "landlock",
        }
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = [Self::Open, Self::Full, Self::Landlock].into_iter().find(|mode| mode.name() == name);
        known.ok_or(format!("no mode {name}"))
    }
}

/// The sandbox in the wanted strength.
pub fn sandbox(mode: Mode, home: &Path) -> Sandbox {
    let sandbox = Sandbox::detect(std::env::current_exe().unwrap(), home);
    match mode {
        Mode::Open | Mode::Full => sandbox,
        Mode::Landlock => sandbox.landlock_only(),
    }
}
