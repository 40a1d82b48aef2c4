//! The user's shell, and how it is asked to run a script.
//!
//! `$SHELL` is believed only if it names an executable file of a kind we know how to call. Nothing is run to
//! find out.

use std::path::{Path, PathBuf};

const KNOWN: [&str; 5] = ["bash", "zsh", "sh", "dash", "fish"];
const FALLBACKS: [&str; 2] = ["/bin/bash", "/bin/sh"];

/// A shell that takes `-c SCRIPT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shell {
    path: PathBuf,
}

/// Whether the shell reads the user's login files first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    Yes,
    No,
}

impl Shell {
    /// The shell named by the value of `$SHELL`, or the first of bash and sh that exists.
    pub fn of_user(shell_variable: Option<&str>) -> Self {
        Self::choose(shell_variable, is_executable)
    }

    /// A shell that the model asked for by name or path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn choose(shell_variable: Option<&str>, exists: impl Fn(&Path) -> bool) -> Self {
        let wanted = shell_variable.map(PathBuf::from).filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            path.is_absolute() && KNOWN.contains(&name) && exists(path)
        });
        let fallback = || FALLBACKS.iter().map(PathBuf::from).find(|path| exists(path));
        Self { path: wanted.or_else(fallback).unwrap_or_else(|| PathBuf::from("/bin/sh")) }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The words that run the script.
    pub fn argv(&self, login: Login, script: &str) -> Vec<String> {
        let flag = match login {
            Login::Yes => "-lc",
            Login::No => "-c",
        };
        vec![self.path.to_string_lossy().into_owned(), flag.to_owned(), script.to_owned()]
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(variable: Option<&str>, existing: &[&str]) -> String {
        let shell = Shell::choose(variable, |path| existing.iter().any(|name| Path::new(name) == path));
        shell.path().display().to_string()
    }

    #[test]
    fn the_variable_is_believed_if_it_names_a_known_shell_that_exists() {
        let all = ["/bin/bash", "/bin/sh", "/usr/bin/zsh", "/opt/evil"];
        assert_eq!(choose(Some("/usr/bin/zsh"), &all), "/usr/bin/zsh");
        for other in [None, Some(""), Some("zsh"), Some("/opt/evil"), Some("/usr/bin/fish"), Some("/")] {
            assert_eq!(choose(other, &all), "/bin/bash", "{other:?}");
        }
        assert_eq!(choose(None, &["/bin/sh"]), "/bin/sh");
        assert_eq!(choose(None, &[]), "/bin/sh");
    }

    #[test]
    fn a_script_is_one_word() {
        let shell = Shell::at("/bin/bash");
        assert_eq!(shell.argv(Login::Yes, "a b; c"), ["/bin/bash", "-lc", "a b; c"]);
        assert_eq!(shell.argv(Login::No, "a"), ["/bin/bash", "-c", "a"]);
    }
}
