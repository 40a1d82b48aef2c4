//! The file system as the command sees it: everything read-only, with holes and lids.
//!
//! ```text
//! 1 copy the writable roots              while they are still writable
//! 2 make the whole tree read-only        one call
//! 3 put the copies back in their places  holes
//! 4 fresh /dev and /proc
//! 5 pin and protect inside of the roots  lids; a mount cannot be renamed or removed
//! 6 cover what must not be read
//! ```
//!
//! Paths may belong to an attacker, so each is opened once without following any link, and from then on only
//! the descriptor is used. Whoever removes or replaces a protected file on the host takes its lid off, too, for
//! commands that run at that moment.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, openat, symlinkat};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, OpenTreeFlags, fsconfig_create,
    fsconfig_set_string, fsmount, fsopen, move_mount, open_tree,
};

use super::broken::{Broken, Step};
use super::exact::open_exact;
use super::outer::Line;
use super::successor;
use super::sys::{self, Access};
use crate::sandbox::plan::Rules;

/// Devices that every program may use.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];
const DEVICE_LINKS: [(&str, &str); 5] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("ptmx", "pts/ptmx"),
];
/// Files and folders that cannot be opened, to be laid over others. Gone from sight when all is built.
const NO_FILE: &str = ".no-file";
const NO_FOLDER: &str = ".no-folder";

/// Builds the view in the mount namespace of this process.
pub fn build(rules: &Rules, outer: &Line) -> Result<(), Broken> {
    let holes = holes(rules)?;
    let everything_is_writable = rules.writable.iter().any(|root| root.parent().is_none());
    let access = if everything_is_writable { Access::Keep } else { Access::ReadOnly };
    let root = open_exact(Path::new("/")).step("opening /")?;
    let devices = host_devices()?;
    sys::set_mounts(root.as_fd(), access).step("making the file system read-only")?;
    for hole in &holes {
        attach(&hole.copy, &hole.place).step_at("making writable", &hole.path)?;
    }
    let lids = Lids { dev: build_devices(devices)? };
    mount_new("proc", &[], Path::new("/proc"), MountAttrFlags::MOUNT_ATTR_RDONLY).step("mounting /proc")?;
    // Everything to be protected exists from here on.
    outer.wait()?;
    for (path, kind) in points(rules) {
        lids.put(&path, kind, rules)?;
    }
    lids.forget_tools();
    Ok(())
}

/// A writable root, copied before the rest became read-only.
struct Hole {
    path: PathBuf,
    copy: OwnedFd,
    place: OwnedFd,
}

/// Only roots that are in no other root: those are in its copy already.
fn holes(rules: &Rules) -> Result<Vec<Hole>, Broken> {
    let outermost = rules.writable.iter().filter(|root| {
        root.parent().is_some()
            && !rules.writable.iter().any(|other| other != *root && root.starts_with(other))
    });
    outermost
        .map(|path| {
            let place = open_exact(path).step_at("opening the writable root", path)?;
            let copy = copy(&place).step_at("copying the writable root", path)?;
            sys::set_mounts(copy.as_fd(), Access::Keep).step_at("separating the writable root", path)?;
            Ok(Hole { path: path.clone(), copy, place })
        })
        .collect()
}

/// What is done at a path, the strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Stays where it is: a mount on itself, writable as before.
    Pin,
    ReadOnly,
    /// A folder without some of its names.
    HideNames,
    /// Nothing of it is to be seen.
    HideAll,
}

/// Every path at which something must be done, parents first.
fn points(rules: &Rules) -> BTreeMap<PathBuf, Kind> {
    let mut points = BTreeMap::new();
    let mut add = |path: &Path, kind: Kind| {
        let known = points.entry(path.to_path_buf()).or_insert(kind);
        *known = kind.max(*known);
    };
    let nested = rules.writable.iter().map(|path| (path.as_path(), Kind::Pin));
    let protected = rules.protected.iter().chain(&rules.vital);
    let protected = protected.chain(&rules.personal_files).chain(&rules.personal_folders);
    let protected = protected.map(|path| (path.as_path(), Kind::ReadOnly));
    let hidden = rules.hidden.iter().chain(&rules.doors).map(|path| (path.as_path(), Kind::HideAll));
    let veils = rules.veiled.iter().filter_map(|path| Some((path.parent()?, Kind::HideNames)));
    for (path, kind) in nested.chain(protected).chain(hidden).chain(veils) {
        let Some(root) = outermost_root(path, rules) else {
            add(path, kind);
            continue;
        };
        if path == root {
            continue;
        }
        // What is on the way could be renamed, and another put in its place.
        let on_the_way = path.ancestors().skip(1).take_while(|folder| *folder != root);
        on_the_way.for_each(|folder| add(folder, Kind::Pin));
        add(path, kind);
    }
    let covers: Vec<PathBuf> =
        points.iter().filter(|(_, kind)| **kind == Kind::HideAll).map(|(path, _)| path.clone()).collect();
    points.retain(|path, _| !covers.iter().any(|cover| path != cover && path.starts_with(cover)));
    points
}

fn outermost_root<'r>(path: &Path, rules: &'r Rules) -> Option<&'r Path> {
    rules
        .writable
        .iter()
        .map(PathBuf::as_path)
        .filter(|root| path.starts_with(root))
        .min_by_key(|root| root.as_os_str().len())
}

/// Lays mounts over paths.
struct Lids {
    dev: OwnedFd,
}

impl Lids {
    fn put(&self, path: &Path, kind: Kind, rules: &Rules) -> Result<(), Broken> {
        let place = match open_exact(path) {
            Ok(place) => place,
            Err(error) if may_be_missing(kind, path, rules, &error) => return Ok(()),
            Err(error) => return Err(error).step_at("opening", path),
        };
        let lid = match kind {
            Kind::Pin => copy(&place),
            Kind::ReadOnly => {
                let shown = successor::of(path, &place, rules).step_at("looking at", path)?;
                copy(shown.as_ref().unwrap_or(&place)).and_then(read_only)
            }
            Kind::HideAll => self.blind(&place).and_then(read_only),
            Kind::HideNames => return veil(path, &place, rules).step_at("veiling", path),
        };
        lid.and_then(|lid| attach(&lid, &place)).step_at("covering", path)
    }

    /// Something of the same kind as the place that cannot be opened.
    fn blind(&self, place: &OwnedFd) -> io::Result<OwnedFd> {
        let is_folder = FileType::from_raw_mode(rustix::fs::fstat(place)?.st_mode).is_dir();
        let name = if is_folder { NO_FOLDER } else { NO_FILE };
        copy(&openat(&self.dev, name, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?)
    }

    fn forget_tools(&self) {
        let _ = rustix::fs::unlinkat(&self.dev, NO_FILE, rustix::fs::AtFlags::empty());
        let _ = rustix::fs::unlinkat(&self.dev, NO_FOLDER, rustix::fs::AtFlags::REMOVEDIR);
    }
}

fn read_only(mount: OwnedFd) -> io::Result<OwnedFd> {
    sys::set_mounts(mount.as_fd(), Access::ReadOnly)?;
    Ok(mount)
}

/// Covers a folder with one that has all its entries but the veiled ones. Names that appear later in the
/// folder do not appear in the cover.
fn veil(path: &Path, place: &OwnedFd, rules: &Rules) -> io::Result<()> {
    let listed = openat(place, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let cover = new_mount("tmpfs", &[("mode", "0755")], MountAttrFlags::empty())?;
    attach(&cover, place)?;
    for entry in Dir::new(listed)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_itself = matches!(name.to_bytes(), b"." | b"..");
        let entry = path.join(OsStr::from_bytes(name.to_bytes()));
        let kept = [&rules.veiled, &rules.hidden, &rules.doors];
        if let Some(inside) = rules.snapshot.as_ref().and_then(|path| path.strip_prefix(&entry).ok())
            && !is_itself
        {
            mirror_only(place, &cover, Path::new(OsStr::from_bytes(name.to_bytes())), inside)?;
        } else if !is_itself && !kept.into_iter().any(|paths| paths.contains(&entry)) {
            mirror(place, &cover, name)?;
        }
    }
    sys::set_mounts(cover.as_fd(), Access::ReadOnly)
}

/// Makes one entry of a folder appear in another.
fn mirror(from: &OwnedFd, to: &OwnedFd, name: &std::ffi::CStr) -> io::Result<()> {
    let entry = openat(from, name, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    match FileType::from_raw_mode(rustix::fs::fstat(&entry)?.st_mode) {
        FileType::Symlink => {
            let target = rustix::fs::readlinkat(from, name, Vec::new())?;
            return Ok(symlinkat(target, to, name)?);
        }
        FileType::Directory => rustix::fs::mkdirat(to, name, Mode::from_raw_mode(0o755))?,
        FileType::RegularFile => create(to, name, 0o644)?,
        _ => return Ok(()),
    }
    let place = openat(to, name, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
    attach(&copy(&entry)?, &place)
}

/// Makes one folder that lies deep in an entry appear in another, without its neighbours.
fn mirror_only(from: &OwnedFd, to: &OwnedFd, entry: &Path, inside: &Path) -> io::Result<()> {
    let path = OFlags::PATH | OFlags::NOFOLLOW | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
    for name in entry.iter().chain(inside) {
        from = openat(&from, name, path, Mode::empty())?;
        rustix::fs::mkdirat(&to, name, Mode::from_raw_mode(0o755))?;
        to = openat(&to, name, path, Mode::empty())?;
    }
    attach(&copy(&from)?, &to)
}

/// What need not be there: things to hide, the home directory, and names that could not be created in a root
/// because nobody can create anything there.
fn may_be_missing(kind: Kind, path: &Path, rules: &Rules, error: &io::Error) -> bool {
    let missing = error.kind() == io::ErrorKind::NotFound || error.kind() == io::ErrorKind::NotADirectory;
    match kind {
        Kind::HideAll => missing,
        Kind::HideNames => missing && outermost_root(path, rules).is_none(),
        Kind::ReadOnly => missing && path.parent().is_some_and(is_read_only),
        Kind::Pin => false,
    }
}

/// Whether this user cannot create anything in a folder.
fn is_read_only(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_err()
}

/// The nodes of the host, copied before they are covered.
fn host_devices() -> Result<Vec<(&'static str, OwnedFd)>, Broken> {
    let mut devices = Vec::new();
    for name in DEVICES {
        match open_exact(&Path::new("/dev").join(name)) {
            Ok(device) => {
                let device = copy(&device).step_at("copying the device", Path::new(name))?;
                devices.push((name, device));
            }
            // Small containers have few.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).step_at("opening the device", Path::new(name)),
        }
    }
    devices.extend(terminal().and_then(|terminal| Some(("console", copy(&terminal).ok()?))));
    Ok(devices)
}

/// The terminal on standard output, if there is one. It belongs to the host's terminals, which are out of sight;
/// so that it has a name all the same, it becomes the console.
fn terminal() -> Option<OwnedFd> {
    let stdout = rustix::stdio::stdout();
    let place = {
        let name = rustix::termios::ttyname(stdout, Vec::new()).ok()?;
        open_exact(Path::new(OsStr::from_bytes(name.to_bytes()))).ok()?
    };
    let (named, meant) = (rustix::fs::fstat(&place).ok()?, rustix::fs::fstat(stdout).ok()?);
    (named.st_ino == meant.st_ino && named.st_dev == meant.st_dev).then_some(place)
}

/// A small `/dev` of our own.
fn build_devices(devices: Vec<(&'static str, OwnedFd)>) -> Result<OwnedFd, Broken> {
    mount_new("tmpfs", &[("mode", "0755")], Path::new("/dev"), MountAttrFlags::empty())
        .step("mounting /dev")?;
    let build = || -> io::Result<OwnedFd> {
        let dev = openat(CWD, "/dev", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        for (name, device) in &devices {
            create(&dev, *name, 0o666)?;
            let place = openat(&dev, *name, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
            attach(device, &place)?;
        }
        for (name, target) in DEVICE_LINKS {
            symlinkat(target, &dev, name)?;
        }
        for (name, mode) in [("shm", 0o1777), ("pts", 0o755), (NO_FOLDER, 0o000)] {
            rustix::fs::mkdirat(&dev, name, Mode::from_raw_mode(mode))?;
        }
        create(&dev, NO_FILE, 0o000)?;
        Ok(dev)
    };
    let dev = build().step("filling /dev")?;
    mount_new(
        "devpts",
        &[("ptmxmode", "0666"), ("mode", "0620")],
        Path::new("/dev/pts"),
        MountAttrFlags::empty(),
    )
    .step("mounting /dev/pts")?;
    Ok(dev)
}

fn create(folder: &OwnedFd, name: impl rustix::path::Arg, mode: u32) -> io::Result<()> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(folder, name, flags, Mode::from_raw_mode(mode)).map(drop)?;
    Ok(())
}

fn mount_new(kind: &str, options: &[(&str, &str)], at: &Path, extra: MountAttrFlags) -> io::Result<()> {
    attach(&new_mount(kind, options, extra)?, &open_exact(at)?)
}

/// A new file system of a kind, attached nowhere.
fn new_mount(kind: &str, options: &[(&str, &str)], extra: MountAttrFlags) -> io::Result<OwnedFd> {
    let filesystem = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (key, value) in options {
        fsconfig_set_string(filesystem.as_fd(), *key, *value)?;
    }
    fsconfig_create(filesystem.as_fd())?;
    let restricted = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    Ok(fsmount(filesystem.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, restricted | extra)?)
}

/// A mount of the same place with everything mounted below it, attached nowhere.
fn copy(place: &OwnedFd) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_EMPTY_PATH;
    Ok(open_tree(place, "", flags)?)
}

fn attach(mount: &OwnedFd, place: &OwnedFd) -> io::Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    Ok(move_mount(mount, "", place, "", flags)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(list: &[&str]) -> Vec<PathBuf> {
        list.iter().map(PathBuf::from).collect()
    }

    fn show(rules: &Rules) -> String {
        points(rules).iter().map(|(path, kind)| format!("{kind:?} {}\n", path.display())).collect()
    }

    #[test]
    fn what_lies_between_a_root_and_a_protected_path_is_pinned() {
        let rules = Rules {
            writable: paths(&["/tmp", "/tmp/a/ws"]),
            protected: paths(&["/tmp/.git", "/tmp/a/ws/.git"]),
            vital: paths(&["/tmp/h/home"]),
            hidden: Vec::new(),
            doors: paths(&["/run/docker.sock"]),
            veiled: paths(&["/tmp/h/home/auth.json"]),
            ..Rules::default()
        };
        expect_test::expect![[r#"
            HideAll /run/docker.sock
            ReadOnly /tmp/.git
            Pin /tmp/a
            Pin /tmp/a/ws
            ReadOnly /tmp/a/ws/.git
            Pin /tmp/h
            HideNames /tmp/h/home
        "#]]
        .assert_eq(&show(&rules));
    }

    #[test]
    fn what_is_hidden_in_a_veiled_folder_stays_hidden() {
        let rules = Rules {
            veiled: paths(&["/home/auth.json"]),
            hidden: paths(&["/home/log/private"]),
            ..Rules::default()
        };
        assert_eq!(show(&rules), "HideNames /home\nHideAll /home/log/private\n");
    }

    #[test]
    fn a_hidden_folder_is_not_shown_for_the_names_that_are_hidden_in_it() {
        let rules =
            Rules { veiled: paths(&["/home/auth.json"]), hidden: paths(&["/home"]), ..Rules::default() };
        assert_eq!(show(&rules), "HideAll /home\n");
    }

    #[test]
    fn nothing_is_done_below_what_is_hidden() {
        let rules = Rules {
            writable: paths(&["/w"]),
            protected: paths(&["/w/x/.git"]),
            hidden: paths(&["/w/x"]),
            ..Rules::default()
        };
        assert_eq!(show(&rules), "HideAll /w/x\n");
    }
}
