//! Folders opened as what they are, made where they are missing.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, unlinkat};
use rustix::io::Errno;

/// Why a step was not made.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("it is not what it was when the patch was checked")]
    Changed,
    #[error("a part of its path is a link or no directory, which it was not when the patch was checked")]
    Way,
    #[error("it names no file")]
    NotAFile,
    #[error("{}", io::Error::from(*.0))]
    System(Errno),
}

impl Fault {
    /// Whether the system does not want it, whatever the reason.
    pub fn is_denied(&self) -> bool {
        match self {
            Self::System(errno) => matches!(*errno, Errno::ACCESS | Errno::PERM | Errno::ROFS),
            Self::Changed | Self::Way | Self::NotAFile => false,
        }
    }
}

impl From<Errno> for Fault {
    fn from(errno: Errno) -> Self {
        Self::System(errno)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::System(Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }
}

/// What a folder is opened for: its names, not what they are.
#[cfg(target_os = "linux")]
const FLAGS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const FLAGS: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The last folder that was opened, since files of one folder come together; and those that were made.
#[derive(Default)]
pub struct Folders {
    last: Option<(PathBuf, Rc<OwnedFd>)>,
    made: Vec<PathBuf>,
}

impl Folders {
    /// Opens a folder without following a link anywhere on its path.
    pub fn open(&mut self, path: &Path) -> Result<Rc<OwnedFd>, Fault> {
        self.get(path, exactly)
    }

    /// The same, making it and what is above it where that is missing.
    pub fn open_or_make(&mut self, path: &Path) -> Result<Rc<OwnedFd>, Fault> {
        match self.open(path) {
            Err(Fault::System(Errno::NOENT)) => {
                let mut made = Vec::new();
                let opened = self.get(path, |path| step_by_step(path, Some(&mut made)));
                self.made.append(&mut made);
                opened
            }
            opened => opened,
        }
    }

    fn get(
        &mut self,
        path: &Path,
        open: impl FnOnce(&Path) -> Result<OwnedFd, Errno>,
    ) -> Result<Rc<OwnedFd>, Fault> {
        if let Some((last, folder)) = &self.last
            && last == path
        {
            return Ok(Rc::clone(folder));
        }
        let folder = Rc::new(open(path).map_err(|errno| match errno {
            Errno::LOOP | Errno::NOTDIR => Fault::Way,
            errno => Fault::System(errno),
        })?);
        self.last = Some((path.to_path_buf(), Rc::clone(&folder)));
        Ok(folder)
    }

    /// Removes the folders that were made, if nothing is in them.
    pub fn remove_made(&mut self) {
        self.last = None;
        for path in std::mem::take(&mut self.made).iter().rev() {
            let Some((parent, name)) = path.parent().zip(path.file_name()) else { continue };
            if let Ok(parent) = exactly(parent) {
                // Somebody may have put something there.
                let _ = unlinkat(&parent, name, AtFlags::REMOVEDIR);
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn exactly(path: &Path) -> Result<OwnedFd, Errno> {
    use rustix::fs::{ResolveFlags, openat2};
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match openat2(CWD, path, FLAGS, Mode::empty(), resolve) {
        // Old filters of containers refuse the call without knowing it.
        Err(Errno::NOSYS | Errno::PERM) => step_by_step(path, None),
        opened => opened,
    }
}

#[cfg(not(target_os = "linux"))]
fn exactly(path: &Path) -> Result<OwnedFd, Errno> {
    step_by_step(path, None)
}

/// Part by part, none of which may be a link. What is missing is made if there is somewhere to note it.
fn step_by_step(path: &Path, mut made: Option<&mut Vec<PathBuf>>) -> Result<OwnedFd, Errno> {
    let mut here = openat(CWD, "/", FLAGS, Mode::empty())?;
    let mut so_far = PathBuf::from("/");
    for part in path.components() {
        let name: &OsStr = match part {
            Component::RootDir | Component::CurDir => continue,
            Component::Normal(name) => name,
            Component::ParentDir | Component::Prefix(_) => return Err(Errno::INVAL),
        };
        so_far.push(name);
        here = match (openat(&here, name, FLAGS, Mode::empty()), &mut made) {
            (Err(Errno::NOENT), Some(made)) => {
                match mkdirat(&here, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) => made.push(so_far.clone()),
                    Err(Errno::EXIST) => {}
                    Err(errno) => return Err(errno),
                }
                openat(&here, name, FLAGS, Mode::empty())?
            }
            (opened, _) => opened?,
        };
    }
    Ok(here)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_on_the_way_are_refused_both_ways() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(base.join("real/below")).unwrap();
        symlink("real", base.join("link")).unwrap();
        for open in [exactly, |path: &Path| step_by_step(path, None)] {
            assert!(open(&base.join("real/below")).is_ok());
            assert!(open(&base.join("link")).is_err());
            assert!(open(&base.join("link/below")).is_err());
            assert_eq!(open(&base.join("none")).unwrap_err(), Errno::NOENT);
        }
        let made = Folders::default().open_or_make(&base.join("link/new"));
        assert!(matches!(made, Err(Fault::Way)), "{made:?}");
        assert!(!base.join("real/new").exists());
    }
}
