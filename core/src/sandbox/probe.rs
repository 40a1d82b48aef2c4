//! Trying out what the kernel allows, with the helper doing all it does for a command but executing one.

use std::fs::File;
use std::path::Path;

use super::Error;
use super::command::CommandSpec;
use super::helpers::Helpers;
use super::launch::Launch;
use super::linux::{landlock, sockets};
use super::plan::{Confinement, Rules};
use super::streams::{Stdin, Streams};
use super::strength::{Gap, Strength};
use crate::base::paths::AbsolutePath;

pub(super) const REMEDY_NAMESPACES: &str = "allow unprivileged user namespaces (sysctl user.max_user_namespaces, \
     kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0; in a container a \
     seccomp profile and masks that permit them)";
const REMEDY_SOCKETS: &str = "use a kernel with CONFIG_UNIX_DIAG, a kernel.yama.ptrace_scope below 3, and in a container a \
     seccomp profile that permits pidfd_getfd";
const REMEDY_LANDLOCK: &str = "use a Linux kernel of at least 5.13 with Landlock enabled (lsm=landlock,...)";

/// Tries the strongest first.
pub(super) fn strength(helper: &Path) -> Strength {
    let rules = Rules { writable: writable_sample(), ..Rules::default() };
    let (reason, remedy) =
        match (sockets::obstacle(), try_out(helper, Confinement::Namespaces(rules.clone()))) {
            (None, Ok(())) => return Strength::Full,
            (Some(reason), Ok(())) => (reason, REMEDY_SOCKETS),
            (_, Err(error)) => (format!("namespaces: {}", reason(&error)), REMEDY_NAMESPACES),
        };
    if landlock::version() == 0 {
        return Strength::None {
            reason: format!("{reason}; and no Landlock"),
            remedy: format!("{remedy}, or {REMEDY_LANDLOCK}"),
        };
    }
    match try_out(helper, Confinement::Landlock(rules)) {
        Ok(()) => Strength::LandlockOnly { missing: gaps(reason, remedy, landlock::version()) },
        Err(error) => Strength::None {
            reason: format!("{reason}; and no use of Landlock: {}", self::reason(&error)),
            remedy: format!("{remedy}, or {REMEDY_LANDLOCK}"),
        },
    }
}

/// What Landlock alone leaves open, by its version.
pub(super) fn gaps(reason: String, remedy: &str, version: u32) -> Vec<Gap> {
    let mut gaps = vec![
        Gap::NotFull { reason, remedy: remedy.to_owned() },
        Gap::ProtectedNames,
        Gap::Attributes,
        Gap::SocketFiles,
        Gap::SharedDevices,
        Gap::Processes,
    ];
    if version < 3 {
        gaps.push(Gap::Truncation);
    }
    if version < 5 {
        gaps.push(Gap::Devices);
    }
    if version < 6 {
        gaps.extend([Gap::AbstractSockets, Gap::Signals]);
    }
    gaps
}

fn writable_sample() -> Vec<std::path::PathBuf> {
    ["/tmp"].iter().map(std::path::PathBuf::from).filter(|path| path.is_dir() && !path.is_symlink()).collect()
}

fn try_out(helper: &Path, confinement: Confinement) -> Result<(), Error> {
    let cwd = AbsolutePath::new("/").map_err(|error| Error::Setup(error.to_string()))?;
    let command = CommandSpec { argv: Vec::new(), cwd, env: Vec::new() };
    let null = || File::options().write(true).open("/dev/null").map(Into::into).map_err(Error::Start);
    let quiet = Streams { stdin: Stdin::Null, stdout: null()?, stderr: null()? };
    let helpers = Helpers::new(helper.to_path_buf());
    match Launch::confined(helpers, confinement, command).run_here(quiet)? {
        0 => Ok(()),
        code => Err(Error::Setup(format!("the trial ended with code {code}"))),
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::Setup(message) => message.clone(),
        Error::Helper { source, .. } => format!("{error}: {source}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_kernels_leave_fewer_gaps() {
        assert!(gaps(String::new(), "", 1).contains(&Gap::Truncation));
        assert!(gaps(String::new(), "", 5).contains(&Gap::Signals));
        assert_eq!(gaps(String::new(), "", 7).len(), 6);
    }
}
