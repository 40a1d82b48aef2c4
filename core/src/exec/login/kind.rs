//! The shells whose state can be told and brought about again. All others read their start files each time.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::dump::{Dump, Mark};
use super::render::{How, Refused, Snapshot};
use super::{bash, zsh};
use crate::sandbox::command::CommandSpec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bash,
    Zsh,
}

/// Programs that a shell calls by their paths, whatever its own is.
pub struct Tools {
    pub env: &'static str,
    pub sleep: &'static str,
    pub nice: &'static str,
}

impl Tools {
    pub fn find() -> Option<Self> {
        let first = |paths: [&'static str; 2]| paths.into_iter().find(|path| Path::new(path).exists());
        Some(Self {
            env: first(["/usr/bin/env", "/bin/env"])?,
            sleep: first(["/usr/bin/sleep", "/bin/sleep"])?,
            nice: first(["/usr/bin/nice", "/bin/nice"])?,
        })
    }
}

impl Kind {
    pub fn of(shell: &Path) -> Option<Self> {
        match shell.file_name()?.to_str()? {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            _ => None,
        }
    }

    /// Whether the snapshot needs this variable for itself, so that a command that has it gets none.
    pub fn is_own(self, variable: &str) -> bool {
        match self {
            Self::Bash => variable == "BASH_ENV",
            Self::Zsh => false,
        }
    }

    /// The script with which a login shell tells its state.
    pub fn script(self, mark: &Mark, tools: &Tools) -> String {
        match self {
            Self::Bash => bash::script(mark, tools),
            Self::Zsh => zsh::script(mark, tools),
        }
    }

    pub fn render(self, dump: &Dump, how: &How<'_>) -> Result<Snapshot, Refused> {
        match self {
            Self::Bash => bash::render(dump, how),
            Self::Zsh => zsh::render(dump, how),
        }
    }

    /// What every shell in the same state says, by name: all but what is one shell's alone.
    pub fn said(self, dump: &Dump) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Bash => bash::said(dump),
            Self::Zsh => zsh::said(dump),
        }
    }

    /// The names of what two shells say differently.
    pub fn differences(self, told: &Dump, again: &Dump) -> Vec<String> {
        let (told, again) = (self.said(told), self.said(again));
        let names: BTreeSet<&String> = told.keys().chain(again.keys()).collect();
        names.into_iter().filter(|name| told.get(*name) != again.get(*name)).cloned().collect()
    }

    /// Writes what a shell is to read.
    pub fn write(self, file: &str, mut write: impl FnMut(&str, &str) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Bash => write("snapshot", file),
            Self::Zsh => {
                write(".zshenv", zsh::FIRST)?;
                write(".zlogin", file)
            }
        }
    }

    /// A command of a login shell, as it is started on a snapshot that lies in a folder.
    pub fn command(
        self,
        login: CommandSpec,
        script: &str,
        environment: &[(String, String)],
        folder: &Path,
    ) -> CommandSpec {
        let shell = login.argv.first().cloned().unwrap_or_default();
        // The shell counts its level and knows its folder by itself.
        let own = login.env.into_iter().filter(|(name, _)| matches!(name.as_str(), "SHLVL" | "PWD"));
        let mut env: Vec<_> = environment.iter().cloned().chain(own).collect();
        match self {
            Self::Bash => {
                env.push(("BASH_ENV".to_owned(), folder.join("snapshot").display().to_string()));
                let [profile, flag] = bash::flags();
                let argv = [&shell, profile, flag, script].map(str::to_owned).to_vec();
                CommandSpec { argv, env, ..login }
            }
            Self::Zsh => {
                env.push(("ZDOTDIR".to_owned(), folder.display().to_string()));
                let argv = [&shell, "-lc", script].map(str::to_owned).to_vec();
                CommandSpec { argv, env, ..login }
            }
        }
    }

    /// The files that the shell reads by itself, when its variables have these values before and after.
    pub fn start_files(self, before: &[(String, String)], after: &[(String, String)]) -> Vec<PathBuf> {
        let value = |env: &[(String, String)], wanted: &str| {
            env.iter().find(|(name, _)| name == wanted).map(|(_, value)| PathBuf::from(value))
        };
        let (system, variables, own): (&[&str], &[&str], &[&str]) = match self {
            Self::Bash => (
                &["/etc/profile", "/etc/profile.d", "/etc/bash.bashrc", "/etc/bashrc"],
                &["HOME"],
                &[".bash_profile", ".bash_login", ".profile", ".bashrc"],
            ),
            Self::Zsh => (
                &[
                    "/etc/zshenv",
                    "/etc/zprofile",
                    "/etc/zlogin",
                    "/etc/zsh/zshenv",
                    "/etc/zsh/zprofile",
                    "/etc/zsh/zlogin",
                    "/etc/profile",
                ],
                &["HOME", "ZDOTDIR"],
                &[".zshenv", ".zprofile", ".zlogin", ".profile"],
            ),
        };
        let folders =
            [before, after].into_iter().flat_map(|env| variables.iter().map(|name| value(env, name)));
        let homes: Vec<PathBuf> = folders.flatten().collect();
        let own = homes.iter().flat_map(|home| own.iter().map(|name| home.join(name)));
        let mut files: Vec<PathBuf> = system.iter().map(PathBuf::from).chain(own).collect();
        files.sort();
        files.dedup();
        files
    }
}
