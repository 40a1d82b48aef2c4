//! Rules about files that the kernel keeps for a process and everything it starts: an allow-list of places.
//!
//! Beside mounts it is the second wall, for writing only. Alone it must also keep secrets from being read, which an
//! allow-list can do only by naming everything else: around a secret all neighbours are named one by one, and
//! what appears there later is out of reach.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use ::landlock::{
    AccessFs, BitFlags, PathBeneath, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, Scope,
    make_bitflags,
};
use rustix::fs::{CWD, FileType, Mode, OFlags, openat};
use rustix::io::Errno;

use super::broken::{Broken, Step};
use super::exact::open_exact;
use super::sys;
use crate::sandbox::plan::Rules;

const READ: BitFlags<AccessFs> = make_bitflags!(AccessFs::{Execute | ReadFile});
const WRITE: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    WriteFile | RemoveDir | RemoveFile | MakeChar | MakeDir | MakeReg | MakeSock | MakeFifo | MakeBlock | MakeSym
        | Refer | Truncate
});
/// The rights that make sense for something that is not a folder.
const OF_FILES: BitFlags<AccessFs> =
    make_bitflags!(AccessFs::{Execute | WriteFile | ReadFile | Truncate | IoctlDev});

/// Devices that every program may use, where the whole of `/dev` is in sight.
const DEVICES: [&str; 7] =
    ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx"];
const TERMINALS: &str = "/dev/pts";
const SHARED_MEMORY: &str = "/dev/shm";

/// The version of Landlock in this kernel; 0 if there is none.
pub fn version() -> u32 {
    sys::landlock_version()
}

/// The second wall inside of mounts.
pub fn beside_mounts(rules: &Rules) -> Result<Option<OwnedFd>, Broken> {
    if version() == 0 {
        return Ok(None);
    }
    let mut ruleset = Rulebook::new(WRITE | AccessFs::IoctlDev)?;
    for path in rules.writable.iter().map(PathBuf::as_path).chain([Path::new("/dev")]) {
        ruleset.allow(path, WRITE | AccessFs::IoctlDev)?;
    }
    ruleset.finish().map(Some)
}

/// The only wall.
pub fn alone(rules: &Rules) -> Result<OwnedFd, Broken> {
    let mut ruleset = Rulebook::new(READ | AccessFs::ReadDir | WRITE | AccessFs::IoctlDev)?;
    let secrets: Vec<PathBuf> = rules.veiled.iter().chain(&rules.hidden).cloned().collect();
    ruleset.allow(Path::new("/"), AccessFs::ReadDir.into())?;
    let mut out_of_sight = secrets.clone();
    // These rules do not stop a connection. To go around a door in a root would only freeze the root.
    let is_writable = |path: &&PathBuf| rules.writable.iter().any(|root| path.starts_with(root));
    out_of_sight.extend(rules.doors.iter().filter(|door| !is_writable(door)).cloned());
    out_of_sight.push("/dev".into());
    ruleset.allow_around(Path::new("/"), &out_of_sight, READ)?;
    if let Some(snapshot) = &rules.snapshot {
        ruleset.allow(snapshot, READ)?;
    }
    for device in DEVICES {
        ruleset
            .allow_if_there(Path::new(device), make_bitflags!(AccessFs::{ReadFile | WriteFile | IoctlDev}))?;
    }
    let shared = Some(SHARED_MEMORY).filter(|_| !rules.writable.is_empty());
    for folder in [Some(TERMINALS), shared].into_iter().flatten() {
        ruleset.allow_if_there(Path::new(folder), WRITE | AccessFs::ReadFile | AccessFs::IoctlDev)?;
    }
    let mut untouchable = secrets;
    untouchable.extend(rules.vital.iter().cloned());
    // Where these are, nothing new can be made beside them. For a home directory that is worth it.
    untouchable.extend(rules.personal_files.iter().chain(&rules.personal_folders).cloned());
    for root in &rules.writable {
        ruleset.allow_around(root, &untouchable, READ | WRITE)?;
    }
    ruleset.finish()
}

struct Rulebook {
    ruleset: RulesetCreated,
}

impl Rulebook {
    /// Forbids the rights that this kernel can keep track of, except where they will be allowed; also
    /// signals to processes outside, and their sockets without a file.
    fn new(handled: BitFlags<AccessFs>) -> Result<Self, Broken> {
        let made = Ruleset::default().handle_access(handled).and_then(|ruleset| {
            let scopes = make_bitflags!(Scope::{AbstractUnixSocket | Signal});
            ruleset.scope(scopes)?.create()
        });
        let ruleset = made.map_err(io::Error::other).step("making Landlock rules")?;
        Ok(Self { ruleset })
    }

    fn finish(self) -> Result<OwnedFd, Broken> {
        let fd: Option<OwnedFd> = self.ruleset.into();
        fd.ok_or_else(|| io::Error::from(io::ErrorKind::Unsupported)).step("making Landlock rules")
    }

    /// Allows rights at a path that may belong to an attacker, so no link on it is followed.
    fn allow(&mut self, path: &Path, rights: BitFlags<AccessFs>) -> Result<(), Broken> {
        open_exact(path).and_then(|place| self.allow_place(place, rights)).step_at("allowing", path)
    }

    /// The same at a path of the system's, if it is there.
    fn allow_if_there(&mut self, path: &Path, rights: BitFlags<AccessFs>) -> Result<(), Broken> {
        match openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) {
            Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error).step_at("allowing", path),
            Ok(place) => self.allow_place(place, rights).step_at("allowing", path),
        }
    }

    fn allow_place(&mut self, place: OwnedFd, rights: BitFlags<AccessFs>) -> io::Result<()> {
        let rights = match FileType::from_raw_mode(rustix::fs::fstat(&place)?.st_mode) {
            FileType::Directory => rights,
            FileType::Symlink => return Err(Errno::LOOP.into()),
            _ => rights & OF_FILES,
        };
        if !rights.is_empty() {
            (&mut self.ruleset).add_rule(PathBeneath::new(place, rights)).map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Allows everything below a place but these paths.
    fn allow_around(
        &mut self,
        place: &Path,
        except: &[PathBuf],
        rights: BitFlags<AccessFs>,
    ) -> Result<(), Broken> {
        if except.iter().any(|path| place.starts_with(path)) {
            return Ok(());
        }
        if !except.iter().any(|path| path.starts_with(place)) {
            return self.allow(place, rights);
        }
        for entry in entries(place, except).step_at("listing", place)? {
            if entry.is_symlink() {
                continue;
            }
            match self.allow_around(&entry, except, rights) {
                // It has gone, or was replaced by a link.
                Err(_) if entry.is_symlink() || !entry.exists() => {}
                result => result?,
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
