//! Opening a path as what it is: no link is followed anywhere on it.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::Errno;

const FLAGS: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Opens an absolute path without following a link anywhere on it; a link at its end is opened itself.
pub fn open_exact(path: &Path) -> io::Result<OwnedFd> {
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match openat2(CWD, path, FLAGS, Mode::empty(), resolve) {
        // Old filters of containers refuse the call without knowing it.
        Err(Errno::NOSYS | Errno::PERM) => step_by_step(path),
        opened => Ok(opened?),
    }
}

/// The same, part by part.
fn step_by_step(path: &Path) -> io::Result<OwnedFd> {
    let mut place = openat(CWD, "/", FLAGS, Mode::empty())?;
    for part in path.components() {
        let name: &OsStr = match part {
            Component::RootDir | Component::CurDir => continue,
            Component::Normal(name) => name,
            Component::ParentDir | Component::Prefix(_) => return Err(io::ErrorKind::InvalidInput.into()),
        };
        if FileType::from_raw_mode(rustix::fs::fstat(&place)?.st_mode).is_symlink() {
            return Err(Errno::LOOP.into());
        }
        place = openat(&place, name, FLAGS, Mode::empty())?;
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_on_the_way_are_refused_and_a_link_at_the_end_is_itself() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(base.join("real/below")).unwrap();
        symlink("real", base.join("link")).unwrap();
        for open in [open_exact, step_by_step] {
            assert!(open(&base.join("real/below")).is_ok());
            assert!(open(&base.join("link/below")).is_err());
            let link = open(&base.join("link")).unwrap();
            assert!(FileType::from_raw_mode(rustix::fs::fstat(&link).unwrap().st_mode).is_symlink());
            assert_eq!(open(&base.join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
        }
    }
}
