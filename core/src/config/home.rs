//! The home directory of the program, and what the process brings along: environment and directory.
//!
//! This and `exec/env.rs` are the only places that look at the process. Everything else gets what was
//! found here as a value.

use std::path::{Path, PathBuf};

use super::dotenv;
use super::error::Error;
use crate::base::environment::Environment;
use crate::base::files;
use crate::base::paths::AbsolutePath;

const LARGEST_DOTENV: usize = 1024 * 1024;

/// Where this process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// The variables of the process, with those of the home directory's `.env` laid over them.
    pub environment: Environment,
    /// The home directory; it need not exist unless it was named.
    pub home: AbsolutePath,
    /// The directory in which the process was started.
    pub directory: AbsolutePath,
}

impl Surroundings {
    /// Looks at the process, once.
    pub fn of_process() -> Result<Self, Error> {
        let environment: Environment = std::env::vars_os().collect();
        let home = find(&environment)?;
        let environment = with_dotenv(&environment, &home);
        let directory = std::env::current_dir().ok().and_then(|path| AbsolutePath::new(path).ok());
        let directory = directory.ok_or_else(|| {
            Error::Folder(
                "the current directory does not exist; start the server in one that does".to_owned(),
            )
        })?;
        Ok(Self { environment, home, directory })
    }
}

/// The home directory: `CODEX_HOME`, which must exist, else `.codex` in the user's home directory.
pub fn find(environment: &Environment) -> Result<AbsolutePath, Error> {
    match environment.get_os("CODEX_HOME").filter(|value| !value.is_empty()) {
        Some(named) => named_home(Path::new(named)),
        None => {
            let user = user_home(environment).and_then(|path| AbsolutePath::new(path).ok());
            user.map(|user| user.join(".codex")).ok_or_else(|| {
                Error::Folder(
                    "no home directory: set HOME to an absolute path, or CODEX_HOME to an existing folder"
                        .to_owned(),
                )
            })
        }
    }
}

fn named_home(path: &Path) -> Result<AbsolutePath, Error> {
    let wrong = |reason: &str| {
        Error::Folder(format!(
            "CODEX_HOME points to \"{}\", {reason}; create that folder or unset CODEX_HOME to use ~/.codex",
            path.display()
        ))
    };
    match path.canonicalize() {
        Ok(real) if real.is_dir() => AbsolutePath::new(real).map_err(|_| wrong("which is not absolute")),
        Ok(_) => Err(wrong("which is not a folder")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(wrong("which does not exist")),
        Err(error) => Err(wrong(&format!("which cannot be opened ({error})"))),
    }
}

/// The home directory of the user.
pub fn user_home(environment: &Environment) -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    environment.get_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn with_dotenv(environment: &Environment, home: &AbsolutePath) -> Environment {
    match files::read_whole(&home.join(".env"), LARGEST_DOTENV) {
        Ok(bytes) => environment.with(dotenv::parse(&String::from_utf8_lossy(&bytes))),
        Err(_) => environment.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &Path)]) -> Environment {
        variables.iter().copied().collect()
    }

    #[test]
    fn a_named_home_must_exist_and_is_made_real() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap().join("real");
        let link = folder.path().join("link");
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert_eq!(find(&environment(&[("CODEX_HOME", &link)])).unwrap().as_path(), real);

        let missing = folder.path().join("missing");
        let error = find(&environment(&[("CODEX_HOME", &missing)])).unwrap_err().to_string();
        assert!(error.contains("does not exist; create that folder or unset CODEX_HOME"), "{error}");

        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = find(&environment(&[("CODEX_HOME", &file)])).unwrap_err().to_string();
        assert!(error.contains("is not a folder"), "{error}");
    }

    #[test]
    fn without_a_name_it_is_below_the_users_home() {
        let user = Path::new("/home/u");
        let empty = Path::new("");
        assert_eq!(find(&environment(&[("HOME", user)])).unwrap().as_path(), Path::new("/home/u/.codex"));
        assert_eq!(
            find(&environment(&[("HOME", user), ("CODEX_HOME", empty)])).unwrap().as_path(),
            Path::new("/home/u/.codex")
        );
        assert!(find(&environment(&[])).unwrap_err().to_string().contains("set HOME"));
        assert!(find(&environment(&[("HOME", Path::new("relative"))])).is_err());
    }

    #[test]
    fn the_env_file_adds_variables() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "KEY=from-file\nCODEX_HOME=/elsewhere\n").unwrap();
        let home = AbsolutePath::new(folder.path()).unwrap();
        let environment = with_dotenv(&environment(&[("KEY", Path::new("x"))]), &home);
        assert_eq!(environment.get("KEY"), Some("from-file"));
        assert_eq!(environment.get("CODEX_HOME"), None);
    }
}
