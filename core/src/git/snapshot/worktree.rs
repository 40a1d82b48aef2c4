//! Changes files of a working tree without following a link anywhere on the way.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, fchmod, mkdirat, openat, renameat, statat, symlinkat, unlinkat,
};
use rustix::io::Errno;

use super::LARGEST;
use super::tree::{Entry, Kind};

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Why a file is not what it was.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    #[error("a folder on its path is a link")]
    Link,
    #[error("it is larger than {} MiB", LARGEST / 1024 / 1024)]
    Large,
    #[error("something stands there that was not seen before")]
    Unseen,
    #[error("a folder with other files stands there")]
    Folder,
    #[error("{0}")]
    System(io::Error),
}

impl From<Errno> for NotDone {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::LOOP | Errno::NOTDIR => Self::Link,
            errno => Self::System(errno.into()),
        }
    }
}

impl From<io::Error> for NotDone {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

pub struct Worktree {
    root: OwnedFd,
}

impl Worktree {
    pub fn open(root: &Path) -> io::Result<Self> {
        Ok(Self { root: openat(CWD, root, FOLDER, Mode::empty())? })
    }

    /// Removes a file or a link, and the folders below `keep` that are empty after that.
    pub fn remove(&self, path: &[u8], keep: &[u8]) -> Result<(), NotDone> {
        let (parent, name) = split(path);
        let folder = match self.folder(parent, openat_only) {
            Err(NotDone::System(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            folder => folder?,
        };
        match unlinkat(&folder, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::ISDIR) => return Err(NotDone::Folder),
            Err(errno) => return Err(NotDone::System(errno.into())),
        }
        let mut empty = parent;
        while empty.len() > keep.len() {
            let (above, name) = split(empty);
            let removed =
                self.folder(above, openat_only).map(|folder| unlinkat(&folder, name, AtFlags::REMOVEDIR));
            if !matches!(removed, Ok(Ok(()))) {
                break;
            }
            empty = above;
        }
        Ok(())
    }

    /// Puts a file there. `seen` is what it takes the place of.
    pub fn write(&self, path: &[u8], then: (Kind, &[u8]), seen: Option<&Entry>) -> Result<(), NotDone> {
        let (kind, content) = then;
        let (parent, name) = split(path);
        let folder = self.folder(parent, openat_or_make)?;
        let mode = self.make_room(&folder, name, seen)?;
        let aside = format!(".codex-undo-{}", uuid::Uuid::new_v4().simple());
        let made = match kind {
            Kind::Link => symlinkat(OsStr::from_bytes(content), &folder, &aside).map_err(NotDone::from),
            Kind::File | Kind::Program => fill(&folder, &aside, (kind, content), mode),
        };
        let moved = made.and_then(|()| Ok(renameat(&folder, &aside, &folder, name)?));
        if moved.is_err() {
            let _ = unlinkat(&folder, &aside, AtFlags::empty());
        }
        moved
    }

    /// Looks at what stands in a file's place. The mode that the file has there.
    fn make_room(
        &self,
        folder: &OwnedFd,
        name: &OsStr,
        seen: Option<&Entry>,
    ) -> Result<Option<u32>, NotDone> {
        let found = match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(None),
            found => found?,
        };
        match FileType::from_raw_mode(found.st_mode) {
            FileType::Directory => {
                remove_empty(folder, name).map_err(|_full| NotDone::Folder)?;
                Ok(None)
            }
            FileType::RegularFile if u64::try_from(found.st_size).is_ok_and(|size| size > LARGEST) => {
                Err(NotDone::Large)
            }
            FileType::RegularFile if seen.is_some() => Ok(Some(found.st_mode & 0o7777)),
            FileType::Symlink if seen.is_some() => Ok(None),
            _ => Err(NotDone::Unseen),
        }
    }

    fn folder(&self, path: &[u8], open: Open) -> Result<OwnedFd, NotDone> {
        let mut here = self.root.try_clone()?;
        for part in path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
            here = open(&here, OsStr::from_bytes(part))?;
        }
        Ok(here)
    }
}

type Open = fn(&OwnedFd, &OsStr) -> Result<OwnedFd, Errno>;

fn openat_only(parent: &OwnedFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    openat(parent, name, FOLDER, Mode::empty())
}

fn openat_or_make(parent: &OwnedFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    match openat_only(parent, name) {
        Err(Errno::NOENT) => {
            match mkdirat(parent, name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
            openat_only(parent, name)
        }
        opened => opened,
    }
}

/// Removes a folder in which there is nothing but such folders.
fn remove_empty(parent: &OwnedFd, name: &OsStr) -> Result<(), Errno> {
    let folder = openat_only(parent, name)?;
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            remove_empty(&folder, OsStr::from_bytes(name))?;
        }
    }
    unlinkat(parent, name, AtFlags::REMOVEDIR)
}

/// A new file beside the one it is for. Of the mode that one has, all but who may run it is kept.
fn fill(
    folder: &OwnedFd,
    name: &str,
    (kind, content): (Kind, &[u8]),
    mode: Option<u32>,
) -> Result<(), NotDone> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let usual = if kind == Kind::Program { 0o777 } else { 0o666 };
    // Nobody reads more of it than of the file whose place it takes.
    let first = mode.map_or(usual, |mode| mode & 0o600);
    let mut file = File::from(openat(folder, name, flags, Mode::from_raw_mode(first))?);
    file.write_all(content)?;
    if let Some(mode) = mode {
        let readers = mode & 0o444;
        let runners = if kind == Kind::Program { readers >> 2 } else { 0 };
        fchmod(&file, Mode::from_raw_mode(mode & !0o111 | runners))?;
    }
    Ok(())
}

/// The folder and the name of a path.
fn split(path: &[u8]) -> (&[u8], &OsStr) {
    let at = path.iter().rposition(|byte| *byte == b'/');
    let (parent, name) = match at {
        Some(at) => (path.get(..at), path.get(at + 1..)),
        None => (None, Some(path)),
    };
    (parent.unwrap_or_default(), OsStr::from_bytes(name.unwrap_or_default()))
}
