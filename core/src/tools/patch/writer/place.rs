//! One file on its way through a patch: prepared, changed, and forgotten or put back.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid, fchmod, fchown, fstat, openat, readlinkat, statat,
    unlinkat,
};
use rustix::io::Errno;

use super::folder::{Fault, Folders};
use super::split;
use crate::base::digest::sha256;
use crate::tools::patch::job::{Expected, Then};

/// What a new file may be, but for what the mask of the process takes away.
const NEW_FILE: u32 = 0o666;

pub struct Place {
    path: PathBuf,
    /// Beside it: at first the new content, later the old one.
    aside: OsString,
    found: Option<Stat>,
    writes: bool,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Prepared,
    Changed,
    /// Nothing of ours is left beside it.
    Over,
}

impl Place {
    /// Checks what is there, and writes the new content to the side.
    pub fn prepare(
        folders: &mut Folders,
        path: &Path,
        expected: &Expected,
        then: &Then,
    ) -> Result<Self, Fault> {
        let (parent, name) = split(path)?;
        let folder = match then {
            Then::Write { .. } => folders.open_or_make(parent)?,
            Then::Remove => folders.open(parent)?,
        };
        let found = check(&folder, name, expected)?;
        let aside = OsString::from(format!(".codex-patch-{}", uuid::Uuid::new_v4().simple()));
        if let Then::Write { content, mode } = then
            && let Err(fault) = write(&folder, &aside, content.as_bytes(), *mode, found.as_ref())
        {
            // It may be there in part.
            let _ = unlinkat(&folder, &aside, AtFlags::empty());
            return Err(fault);
        }
        let writes = matches!(then, Then::Write { .. });
        Ok(Self { path: path.to_path_buf(), aside, found, writes, state: State::Prepared })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the new content in the place of the old one, if that is still what was checked.
    pub fn change(&mut self, folders: &mut Folders) -> Result<(), Fault> {
        let (parent, name) = split(&self.path)?;
        let folder = folders.open(parent)?;
        match (self.writes, &self.found) {
            (true, Some(_)) => exchange(&folder, &self.aside, name)?,
            (true, None) => move_to_nothing(&folder, &self.aside, name)?,
            (false, _) => move_to_nothing(&folder, name, &self.aside)?,
        }
        self.state = State::Changed;
        let Some(found) = &self.found else { return Ok(()) };
        let old = statat(&folder, &self.aside, AtFlags::SYMLINK_NOFOLLOW)?;
        if is_same(&old, found) { Ok(()) } else { Err(Fault::Changed) }
    }

    /// The change stays: the old content goes.
    pub fn forget(&mut self, folders: &mut Folders) {
        if self.found.is_some()
            && let Ok((parent, _)) = split(&self.path)
            && let Ok(folder) = folders.open(parent)
        {
            // It was moved there a moment ago, so it can be removed unless somebody else has done so.
            let _ = unlinkat(&folder, &self.aside, AtFlags::empty());
        }
        self.state = State::Over;
    }

    /// Everything is as it was.
    pub fn put_back(&mut self, folders: &mut Folders) -> Result<(), Fault> {
        let state = std::mem::replace(&mut self.state, State::Over);
        let (parent, name) = split(&self.path)?;
        let folder = folders.open(parent)?;
        if state == State::Changed {
            match (self.writes, &self.found) {
                (true, Some(_)) => exchange(&folder, &self.aside, name)?,
                (true, None) => move_to_nothing(&folder, name, &self.aside)?,
                (false, _) => return move_to_nothing(&folder, &self.aside, name),
            }
        }
        if self.writes && state != State::Over {
            // The new content, which nobody wants any more.
            unlinkat(&folder, &self.aside, AtFlags::empty())?;
        }
        Ok(())
    }
}

/// What is there, if it is what was expected.
fn check(folder: &OwnedFd, name: &OsStr, expected: &Expected) -> Result<Option<Stat>, Fault> {
    let found = match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => None,
        found => Some(found?),
    };
    let kind = found.as_ref().map(|found| FileType::from_raw_mode(found.st_mode));
    let is_expected = match (expected, kind) {
        (Expected::Absent, None) => true,
        (Expected::File { digest: expected }, Some(FileType::RegularFile)) => {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let opened = openat(folder, name, flags, Mode::empty())?;
            let same =
                found.as_ref().is_some_and(|found| fstat(&opened).is_ok_and(|now| is_same(&now, found)));
            let mut content = Vec::new();
            File::from(opened).read_to_end(&mut content)?;
            same && sha256(&content) == *expected
        }
        (Expected::Link { digest: expected }, Some(FileType::Symlink)) => {
            sha256(readlinkat(folder, name, Vec::new())?.as_bytes()) == *expected
        }
        (Expected::Absent | Expected::File { .. } | Expected::Link { .. }, _) => false,
    };
    if is_expected { Ok(found) } else { Err(Fault::Changed) }
}

/// Whether these are the same file, not written in between.
fn is_same(one: &Stat, other: &Stat) -> bool {
    let what = |stat: &Stat| (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime, stat.st_mtime_nsec);
    what(one) == what(other)
}

fn write(
    folder: &OwnedFd,
    name: &OsStr,
    content: &[u8],
    mode: Option<u32>,
    found: Option<&Stat>,
) -> Result<(), Fault> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(openat(folder, name, flags, Mode::from_raw_mode(NEW_FILE))?);
    file.write_all(content)?;
    if let Some(found) = found {
        let now = fstat(&file)?;
        if (now.st_uid, now.st_gid) != (found.st_uid, found.st_gid) {
            // Only the superuser can give files away; others own what they write.
            let _ = fchown(&file, Some(Uid::from_raw(found.st_uid)), Some(Gid::from_raw(found.st_gid)));
        }
    }
    // After the owner, whose change takes away rights.
    if let Some(mode) = mode {
        fchmod(&file, Mode::from_raw_mode(mode))?;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn exchange(folder: &OwnedFd, one: &OsStr, other: &OsStr) -> Result<(), Fault> {
    use rustix::fs::{RenameFlags, renameat_with};
    match renameat_with(folder, one, folder, other, RenameFlags::EXCHANGE) {
        // Not every file system can.
        Err(Errno::INVAL | Errno::NOSYS) => exchange_by_hand(folder, one, other),
        exchanged => Ok(exchanged?),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(folder: &OwnedFd, one: &OsStr, other: &OsStr) -> Result<(), Fault> {
    exchange_by_hand(folder, one, other)
}

pub(super) fn exchange_by_hand(folder: &OwnedFd, one: &OsStr, other: &OsStr) -> Result<(), Fault> {
    let mut third = one.to_owned();
    third.push("-old");
    rustix::fs::renameat(folder, other, folder, &third)?;
    if let Err(errno) = rustix::fs::renameat(folder, one, folder, other) {
        rustix::fs::renameat(folder, &third, folder, other)?;
        return Err(errno.into());
    }
    Ok(rustix::fs::renameat(folder, &third, folder, one)?)
}

/// Renames unless there is something of that name.
#[cfg(target_os = "linux")]
fn move_to_nothing(folder: &OwnedFd, from: &OsStr, to: &OsStr) -> Result<(), Fault> {
    use rustix::fs::{RenameFlags, renameat_with};
    match renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => move_by_hand(folder, from, to),
        Err(Errno::EXIST | Errno::NOENT) => Err(Fault::Changed),
        moved => Ok(moved?),
    }
}

#[cfg(not(target_os = "linux"))]
fn move_to_nothing(folder: &OwnedFd, from: &OsStr, to: &OsStr) -> Result<(), Fault> {
    move_by_hand(folder, from, to)
}

pub(super) fn move_by_hand(folder: &OwnedFd, from: &OsStr, to: &OsStr) -> Result<(), Fault> {
    match statat(folder, to, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => Ok(rustix::fs::renameat(folder, from, folder, to)?),
        Err(errno) => Err(errno.into()),
        Ok(_) => Err(Fault::Changed),
    }
}
