//! Names that must not be created, though they do not exist: empty folders, or files, in their place for as long
//! as commands run.
//!
//! Only something that exists can be protected by a mount. So a missing protected name gets an empty folder,
//! which is removed soon after the last command that needs it: each helper holds a shared lock on the folder, and who
//! gets it exclusively at its end removes it. A folder that a killed helper left behind is known by its mode
//! and goes with the next command. What the user puts into such a folder makes it the user's; it stays.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{
    AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, ResolveFlags, Stat, flock, fstat, mkdirat, openat,
    openat2, statat, unlinkat,
};
use rustix::io::Errno;

use super::broken::{Broken, Step};
use crate::sandbox::plan::Rules;

/// `rwxr-xr-t`: nobody makes a folder like this, and its owner can use it all the same.
const STUB_MODE: u32 = 0o1755;
/// The same for files.
const STUB_FILE_MODE: u32 = 0o1644;
/// Others may remove a stub between our making and our locking it, but not for ever.
const ATTEMPTS: usize = 16;

/// The folders that stand for missing names. Removed when dropped, unless others need them.
#[derive(Default)]
pub struct Stubs {
    stubs: Vec<Stub>,
}

struct Stub {
    parent: Rc<OwnedFd>,
    name: OsString,
    kind: Kind,
    /// Open and locked.
    place: OwnedFd,
    removed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Folder,
    File,
}

impl Stubs {
    /// Makes every protected name exist.
    pub fn make(rules: &Rules) -> Result<Self, Broken> {
        // A stub must be known as one from its first moment, so nothing may be taken from its mode.
        let usual = rustix::process::umask(Mode::empty());
        let stubs = Self::make_all(rules);
        rustix::process::umask(usual);
        stubs
    }

    fn make_all(rules: &Rules) -> Result<Self, Broken> {
        let mut stubs = Self::default();
        let mut parent: Option<(PathBuf, Rc<OwnedFd>)> = None;
        let folders = rules.protected.iter().chain(&rules.vital).chain(&rules.personal_folders);
        let folders = folders.map(|path| (path, Kind::Folder));
        for (path, kind) in folders.chain(rules.personal_files.iter().map(|path| (path, Kind::File))) {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { continue };
            if parent.as_ref().is_none_or(|(known, _)| known != folder) {
                match open_folder(folder) {
                    Ok(opened) => parent = Some((folder.to_path_buf(), Rc::new(opened))),
                    Err(Errno::NOENT | Errno::NOTDIR) => continue,
                    Err(error) => return Err(error).step_at("opening", folder),
                }
            }
            let Some((_, parent)) = &parent else { continue };
            stubs.stubs.extend(stand_in(parent, name, kind).step_at("protecting the missing name", path)?);
        }
        Ok(stubs)
    }
}

impl Stubs {
    pub fn is_empty(&self) -> bool {
        self.stubs.is_empty()
    }

    /// Removes the folders that nobody else needs. The descriptors stay open a little longer: the file system
    /// may take its time over the last one.
    pub fn remove(&mut self) {
        self.stubs.iter_mut().for_each(Stub::remove);
    }
}

impl Stub {
    fn remove(&mut self) {
        if std::mem::replace(&mut self.removed, true) {
            return;
        }
        let is_last = flock(&self.place, FlockOperation::NonBlockingLockExclusive).is_ok();
        if is_last && !self.unlink() {
            // Somebody uses it as their own by now.
            let _ = rustix::fs::fchmod(&self.place, Mode::from_raw_mode(self.kind.mode() & 0o777));
        }
    }
}

impl Stub {
    /// False if there is something in it.
    fn unlink(&self) -> bool {
        let at_name = statat(&self.parent, &self.name, AtFlags::SYMLINK_NOFOLLOW);
        let (Ok(at_name), Ok(ours)) = (at_name, fstat(&self.place)) else { return true };
        if !is_same(&at_name, &ours) {
            return true;
        }
        let flags = match self.kind {
            Kind::Folder => AtFlags::REMOVEDIR,
            Kind::File if ours.st_size > 0 => return false,
            Kind::File => AtFlags::empty(),
        };
        unlinkat(&self.parent, &self.name, flags).is_ok()
    }
}

impl Kind {
    fn mode(self) -> u32 {
        match self {
            Self::Folder => STUB_MODE,
            Self::File => STUB_FILE_MODE,
        }
    }

    /// A folder is not open yet.
    fn make(self, parent: &OwnedFd, name: &OsStr) -> Result<Option<OwnedFd>, Errno> {
        let mode = Mode::from_raw_mode(self.mode());
        match self {
            Self::Folder => mkdirat(parent, name, mode).map(|()| None),
            Self::File => {
                let flags = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                openat(parent, name, flags, mode).map(Some)
            }
        }
    }

    fn open(self, parent: &OwnedFd, name: &OsStr) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let flags = if self == Self::Folder { flags | OFlags::DIRECTORY } else { flags };
        openat(parent, name, flags, Mode::empty())
    }

    fn is_stub(self, found: &Stat) -> bool {
        match self {
            Self::Folder => is_stub_folder(found.st_mode),
            Self::File => is_stub_file(found.st_size.unsigned_abs(), found.st_mode),
        }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.remove();
    }
}

fn open_folder(path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS)
}

/// A locked stub if the name was missing or is a stub; nothing if it is something else or cannot be made.
fn stand_in(parent: &Rc<OwnedFd>, name: &OsStr, kind: Kind) -> io::Result<Option<Stub>> {
    for _ in 0..ATTEMPTS {
        let place = match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) if !kind.is_stub(&found) => return Ok(None),
            Ok(_) => kind.open(parent, name),
            Err(Errno::NOENT) => match kind.make(parent, name) {
                // Where we cannot create it, nor can a command.
                Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => return Ok(None),
                Ok(Some(place)) => Ok(place),
                Ok(None) => kind.open(parent, name),
                Err(error) => Err(error),
            },
            Err(error) => return Err(error.into()),
        };
        let place = match place {
            Ok(place) => place,
            Err(Errno::EXIST | Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => continue,
            Err(error) => return Err(error.into()),
        };
        flock(&place, FlockOperation::LockShared)?;
        let at_name = statat(parent, name, AtFlags::SYMLINK_NOFOLLOW);
        if matches!((at_name, fstat(&place)), (Ok(at_name), Ok(ours)) if is_same(&at_name, &ours)) {
            let (parent, name) = (Rc::clone(parent), name.to_owned());
            return Ok(Some(Stub { parent, name, kind, place, removed: false }));
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

fn is_same(one: &Stat, other: &Stat) -> bool {
    one.st_ino == other.st_ino && one.st_dev == other.st_dev
}

/// Whether something of this size and mode stands for what is missing.
pub fn is_stub(size: u64, mode: u32) -> bool {
    is_stub_file(size, mode) || is_stub_folder(mode)
}

fn is_stub_folder(mode: u32) -> bool {
    FileType::from_raw_mode(mode).is_dir() && mode & 0o7777 == STUB_MODE
}

/// Whether a file of this size and mode stands for one that is missing.
pub fn is_stub_file(size: u64, mode: u32) -> bool {
    size == 0 && FileType::from_raw_mode(mode).is_file() && mode & 0o7777 == STUB_FILE_MODE
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn rules(base: &Path) -> Rules {
        let protected = [".envrc", ".git", ".vscode"].map(|name| base.join(name)).to_vec();
        Rules { writable: vec![base.to_path_buf()], protected, ..Rules::default() }
    }

    fn entries(base: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(base)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        (folder, base)
    }

    #[test]
    fn missing_names_exist_for_a_while_and_nothing_is_left() {
        let (_folder, base) = folder();
        fs::create_dir(base.join(".git")).unwrap();
        let stubs = Stubs::make(&rules(&base)).unwrap();
        assert_eq!(entries(&base), [".envrc", ".git", ".vscode"]);
        drop(stubs);
        assert_eq!(entries(&base), [".git"]);
    }

    #[test]
    fn the_last_user_removes_a_stub() {
        let (_folder, base) = folder();
        let first = Stubs::make(&rules(&base)).unwrap();
        let second = Stubs::make(&rules(&base)).unwrap();
        drop(first);
        assert_eq!(entries(&base), [".envrc", ".git", ".vscode"]);
        drop(second);
        assert_eq!(entries(&base), [] as [&str; 0]);
    }

    #[test]
    fn what_the_user_puts_there_stays_and_left_overs_go() {
        let (_folder, base) = folder();
        let stubs = Stubs::make(&rules(&base)).unwrap();
        fs::write(base.join(".vscode/settings.json"), "{}").unwrap();
        drop(stubs);
        assert_eq!(entries(&base), [".vscode"]);
        // As after the death of a helper.
        fs::create_dir(base.join(".git")).unwrap();
        fs::set_permissions(base.join(".git"), fs::Permissions::from_mode(STUB_MODE)).unwrap();
        drop(Stubs::make(&rules(&base)).unwrap());
        assert_eq!(entries(&base), [".vscode"]);
    }

    #[test]
    fn links_are_neither_followed_nor_touched() {
        let (_folder, base) = folder();
        fs::create_dir(base.join("outside")).unwrap();
        std::os::unix::fs::symlink("outside/new", base.join(".git")).unwrap();
        std::os::unix::fs::symlink("outside", base.join("link")).unwrap();
        let mut rules = rules(&base);
        rules.protected.push(base.join("link/.git"));
        assert!(Stubs::make(&rules).is_err(), "a link on the way");
        rules.protected.pop();
        drop(Stubs::make(&rules).unwrap());
        assert_eq!(entries(&base.join("outside")), [] as [&str; 0]);
        assert!(base.join(".git").is_symlink());
    }
}
