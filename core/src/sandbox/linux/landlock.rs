//! Rules about files that the kernel keeps for a process and everything it starts: an allow-list of places.
//!
//! Beside mounts it is the second wall, for writing only. Alone it must also keep secrets from being read, which an
//! allow-list can do only by naming everything else: around a secret all neighbours are named one by one, and
//! what appears there later is out of reach.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};

use super::broken::{Broken, Step};
use super::sys;
use crate::sandbox::plan::Rules;

const EXECUTE: u64 = 1;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ_DIR: u64 = 1 << 3;
/// Removing and making things of every kind.
const CHANGE_DIR: u64 = 0x1ff << 4;
const REFER: u64 = 1 << 13;
const TRUNCATE: u64 = 1 << 14;
const IOCTL_DEV: u64 = 1 << 15;
/// The rights that make sense for something that is not a folder.
const OF_FILES: u64 = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

const READ: u64 = EXECUTE | READ_FILE;
const WRITE: u64 = WRITE_FILE | CHANGE_DIR | REFER | TRUNCATE;

/// Devices that every program may use, where the whole of `/dev` is in sight.
const DEVICES: [&str; 7] =
    ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx"];
const DEVICE_FOLDERS: [&str; 2] = ["/dev/pts", "/dev/shm"];

/// The version of Landlock in this kernel; 0 if there is none.
pub fn version() -> u32 {
    sys::landlock_version()
}

/// The second wall inside of mounts.
pub fn beside_mounts(rules: &Rules) -> Result<Option<OwnedFd>, Broken> {
    let known = known(version());
    if known == 0 {
        return Ok(None);
    }
    let ruleset = Ruleset::new(known & (WRITE | IOCTL_DEV))?;
    for path in rules.writable.iter().map(PathBuf::as_path).chain([Path::new("/dev")]) {
        ruleset.allow(path, WRITE | IOCTL_DEV)?;
    }
    Ok(Some(ruleset.fd))
}

/// The only wall.
pub fn alone(rules: &Rules) -> Result<OwnedFd, Broken> {
    let ruleset = Ruleset::new(known(version()) & (READ | READ_DIR | WRITE | IOCTL_DEV))?;
    let secrets: Vec<PathBuf> = rules.veiled.iter().chain(&rules.hidden).cloned().collect();
    ruleset.allow(Path::new("/"), READ_DIR)?;
    let mut out_of_sight = secrets.clone();
    out_of_sight.push("/dev".into());
    ruleset.allow_around(Path::new("/"), &out_of_sight, READ)?;
    for device in DEVICES {
        ruleset.allow_if_there(Path::new(device), READ_FILE | WRITE_FILE | IOCTL_DEV)?;
    }
    for folder in DEVICE_FOLDERS {
        ruleset.allow_if_there(Path::new(folder), READ_FILE | WRITE | IOCTL_DEV)?;
    }
    let mut untouchable = secrets;
    untouchable.extend(rules.vital.iter().cloned());
    for root in &rules.writable {
        ruleset.allow_around(root, &untouchable, READ | WRITE)?;
    }
    Ok(ruleset.fd)
}

/// What a version can restrict.
fn known(version: u32) -> u64 {
    match version {
        0 => 0,
        1 => (1 << 13) - 1,
        2 => (1 << 14) - 1,
        3 | 4 => (1 << 15) - 1,
        _ => (1 << 16) - 1,
    }
}

struct Ruleset {
    fd: OwnedFd,
    handled: u64,
}

impl Ruleset {
    fn new(handled: u64) -> Result<Self, Broken> {
        // Signals to processes outside, and their sockets without a file.
        let scoped = if version() >= 6 { 0b11 } else { 0 };
        let fd = sys::landlock_ruleset(handled, scoped).step("making Landlock rules")?;
        Ok(Self { fd, handled })
    }

    fn allow(&self, path: &Path, rights: u64) -> Result<(), Broken> {
        let add = || -> io::Result<()> {
            let place = openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
            let meta = rustix::fs::fstat(&place)?;
            let is_folder = rustix::fs::FileType::from_raw_mode(meta.st_mode).is_dir();
            let rights = if is_folder { rights } else { rights & OF_FILES } & self.handled;
            if rights == 0 { Ok(()) } else { sys::landlock_allow(&self.fd, &place, rights) }
        };
        add().step_at("allowing", path)
    }

    fn allow_if_there(&self, path: &Path, rights: u64) -> Result<(), Broken> {
        if path.exists() { self.allow(path, rights) } else { Ok(()) }
    }

    /// Allows everything below a place but these paths.
    fn allow_around(&self, place: &Path, except: &[PathBuf], rights: u64) -> Result<(), Broken> {
        if except.iter().any(|path| place.starts_with(path)) {
            return Ok(());
        }
        if !except.iter().any(|path| path.starts_with(place)) {
            return self.allow(place, rights);
        }
        for entry in entries(place, except).step_at("listing", place)? {
            let is_link = entry.is_symlink();
            if !is_link {
                match self.allow_around(&entry, except, rights) {
                    Err(_) if !entry.exists() => {}
                    result => result?,
                }
            }
        }
        Ok(())
    }
}

/// What is in a folder. Of one that may be entered but not listed, what is known to be in it.
fn entries(folder: &Path, known: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let below = known.iter().filter_map(|path| path.strip_prefix(folder).ok()?.components().next());
            Ok(below.map(|name| folder.join(name)).collect())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_versions_know_fewer_rights() {
        assert_eq!(known(0), 0);
        assert_eq!(known(1) & (REFER | TRUNCATE | IOCTL_DEV), 0);
        assert_eq!(known(2) & (REFER | TRUNCATE | IOCTL_DEV), REFER);
        assert_eq!(known(3) & (REFER | TRUNCATE | IOCTL_DEV), REFER | TRUNCATE);
        assert_eq!(known(9), READ | READ_DIR | WRITE | IOCTL_DEV);
    }
}
