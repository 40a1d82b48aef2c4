//! A control group for each command, where somebody has given the server the right to make some.
//!
//! The group stands beside the one the server lives in: a group with processes cannot share out what it has. It is
//! made when the helper gets ready, so that no command waits for it, gets its limits with the plan, and is removed
//! with the helper. What a killed helper left behind is swept away when the next server starts.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, openat, unlinkat};
use rustix::io::Errno;

use crate::sandbox::limit::{Limit, most_memory, most_processes};

/// Nothing else is called so.
const PREFIX: &str = "codex-command-";
/// Marks of a service manager on what it does not manage itself.
const MARKS: [&str; 2] = ["user.delegate", "trusted.delegate"];

/// Where groups can be made, if that is known anywhere. Must be found out before the user changes into a namespace.
#[derive(Debug)]
pub struct Groups {
    parent: Option<PathBuf>,
}

impl Groups {
    pub fn find() -> Self {
        Self { parent: parent() }
    }

    /// Makes a group; `None` where that cannot be done.
    pub fn make(&self) -> Option<Leaf> {
        Leaf::make_in(self.parent.as_deref()?).ok()
    }

    /// Removes what helpers that were killed have left behind. Groups in use stay; one that was made this moment
    /// for another server may go, and then its command runs without a group.
    pub fn sweep(&self) {
        if let Some(parent) = &self.parent {
            sweep_in(parent);
        }
    }
}

/// The group of one command. Removed when dropped, if nothing lives in it any more.
#[derive(Debug)]
pub struct Leaf {
    parent: OwnedFd,
    name: OsString,
    folder: OwnedFd,
}

impl Leaf {
    fn make_in(parent: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let parent = rustix::fs::open(parent, flags, Mode::empty())?;
        let name = OsString::from(format!("{PREFIX}{}", std::process::id()));
        match rustix::fs::mkdirat(&parent, &name, Mode::from_raw_mode(0o755)) {
            // Of another process that had the same number, or of one in another process namespace.
            Err(Errno::EXIST) => unlinkat(&parent, &name, AtFlags::REMOVEDIR)
                .and_then(|()| rustix::fs::mkdirat(&parent, &name, Mode::from_raw_mode(0o755)))?,
            made => made?,
        }
        let folder = openat(&parent, &name, flags | OFlags::NOFOLLOW, Mode::empty())?;
        Ok(Self { parent, name, folder })
    }

    /// For a process to be born in it.
    pub fn folder(&self) -> BorrowedFd<'_> {
        self.folder.as_fd()
    }

    /// From now on it has limits.
    pub fn limit(&self) {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.write("pids.max", most_processes(processors) as u64);
        let total = fs::read_to_string("/proc/meminfo").ok();
        if let Some(total) = total.as_deref().and_then(total_memory) {
            self.write("memory.max", most_memory(total));
        }
    }

    /// Which limit its processes have run into.
    pub fn reached(&self) -> Option<Limit> {
        let happened = |file, event| self.read(file).is_some_and(|text| count(&text, event) > 0);
        if happened("memory.events", "oom_kill") {
            return Some(Limit::Memory);
        }
        happened("pids.events", "max").then_some(Limit::Processes)
    }

    /// Of a controller that is not there, there is no file.
    fn write(&self, file: &str, value: u64) {
        if let Ok(file) = openat(&self.folder, file, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty()) {
            let _ = rustix::io::write(file, value.to_string().as_bytes());
        }
    }

    fn read(&self, file: &str) -> Option<String> {
        let file = openat(&self.folder, file, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
        io::read_to_string(fs::File::from(file)).ok()
    }
}

impl Drop for Leaf {
    fn drop(&mut self) {
        // Refused as long as something lives in it.
        let _ = unlinkat(&self.parent, &self.name, AtFlags::REMOVEDIR);
    }
}

fn sweep_in(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// Where groups can be made, if it is known.
fn parent() -> Option<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let own = fs::read_to_string("/proc/self/cgroup").ok()?;
    parent_in(&mounts, &own)
}

fn parent_in(mounts: &str, own: &str) -> Option<PathBuf> {
    let (mount, parent) = beside(mounts, own)?;
    let shared = fs::read_to_string(parent.join("cgroup.subtree_control")).ok()?;
    let is_of_use = shared.split_ascii_whitespace().any(|name| matches!(name, "memory" | "pids"));
    (is_of_use && is_delegated(&parent, &mount)).then_some(parent)
}

/// The tree of groups, and in it the folder of the group that ours is in.
fn beside(mounts: &str, own: &str) -> Option<(PathBuf, PathBuf)> {
    let line = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
    let mut fields = line.split_ascii_whitespace().skip(3);
    let (root, mount) = (fields.next()?, PathBuf::from(fields.next()?));
    let own = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    let below = Path::new(own).strip_prefix(root).ok()?;
    let is_plain = below.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let parent = mount.join(below.parent().filter(|_| is_plain)?);
    Some((mount, parent))
}

/// Whether the group is this user's to change: by its owner, or for root, who may change all, by its mark.
fn is_delegated(parent: &Path, mount: &Path) -> bool {
    let user = rustix::process::geteuid();
    if rustix::fs::access(parent.join("cgroup.procs"), rustix::fs::Access::WRITE_OK).is_err() {
        return false;
    }
    if !user.is_root() {
        return rustix::fs::stat(parent).is_ok_and(|found| found.st_uid == user.as_raw());
    }
    let between = parent.ancestors().take_while(|folder| folder.starts_with(mount));
    between.into_iter().any(|folder| {
        let mut value = [0; 8];
        MARKS.iter().any(|mark| matches!(rustix::fs::getxattr(folder, *mark, &mut value), Ok(count) if value.get(..count) == Some(&b"1"[..])))
    })
}

/// How often something happened, in a file of lines with a name and a number.
fn count(text: &str, event: &str) -> u64 {
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.filter(|(name, _)| *name == event).filter_map(|(_, count)| count.trim().parse::<u64>().ok()).sum()
}

/// In bytes.
fn total_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::sys::{self, Forked, Reaped};
    use super::*;

    const MOUNTS: &str = "\
        24 1 0:22 / /proc rw - proc proc rw\n\
        30 1 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

    #[test]
    fn the_place_is_beside_the_group_of_the_server() {
        let beside = |mounts: &str, own: &str| beside(mounts, own).map(|(_, parent)| parent);
        let user = "/user.slice/user-1000.slice/user@1000.service/app.slice";
        assert_eq!(
            beside(MOUNTS, &format!("0::{user}/editor.scope\n")),
            Some(format!("/sys/fs/cgroup{user}").into())
        );
        assert_eq!(beside(MOUNTS, "1:cpu:/x\n0::/a\n"), Some("/sys/fs/cgroup".into()));
        assert_eq!(beside(MOUNTS, "0::/\n"), None, "the first group of all, or of a container");
        assert_eq!(beside(MOUNTS, "0::/../other\n"), None, "outside of what is in sight");
        assert_eq!(beside("24 1 0:22 / /proc rw - proc proc rw\n", "0::/a\n"), None);
        let container = MOUNTS.replace("0:26 /", "0:26 /docker/4711");
        assert_eq!(beside(&container, "0::/docker/4711/a/b\n"), Some("/sys/fs/cgroup/a".into()));
    }

    /// A tree as the kernel shows it, with the group of a server in that of its user. Nothing is delegated yet.
    fn fake_tree(controllers: &str) -> (tempfile::TempDir, String) {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir_all(tree.path().join("user/editor.scope")).unwrap();
        fs::write(tree.path().join("user/cgroup.subtree_control"), controllers).unwrap();
        let procs = tree.path().join("user/cgroup.procs");
        fs::write(&procs, "").unwrap();
        fs::set_permissions(procs, fs::Permissions::from_mode(0o444)).unwrap();
        let mounts = format!("30 1 0:26 / {} rw - cgroup2 cgroup2 rw\n", tree.path().display());
        (tree, mounts)
    }

    /// As a service manager does it; false where that cannot be done.
    fn delegate(group: &Path, mark: &[u8]) -> bool {
        fs::set_permissions(group.join("cgroup.procs"), fs::Permissions::from_mode(0o644)).unwrap();
        let set = |name: &&str| rustix::fs::setxattr(group, *name, mark, rustix::fs::XattrFlags::empty());
        !rustix::process::geteuid().is_root() || MARKS.iter().any(|name| set(name).is_ok())
    }

    #[test]
    fn groups_are_made_where_that_is_delegated_and_of_use() {
        const OWN: &str = "0::/user/editor.scope\n";
        let (tree, mounts) = fake_tree("cpu memory pids\n");
        assert_eq!(parent_in(&mounts, OWN), None, "it belongs to others");
        let group = tree.path().join("user");
        if rustix::process::geteuid().is_root() && delegate(&group, b"0") {
            assert_eq!(parent_in(&mounts, OWN), None, "root may write it, but it is the service manager's");
        }
        if !delegate(&group, b"1") {
            return;
        }
        assert_eq!(parent_in(&mounts, OWN), Some(group.clone()));
        let groups = Groups { parent: parent_in(&mounts, OWN) };
        let leaf = groups.make().unwrap();
        let path = group.join(&leaf.name);
        assert!(path.is_dir());
        drop(leaf);
        assert!(!path.exists());
        for (controllers, expected) in [("pids\n", true), ("cpu io\n", false), ("", false)] {
            fs::write(group.join("cgroup.subtree_control"), controllers).unwrap();
            assert_eq!(parent_in(&mounts, OWN).is_some(), expected, "{controllers}");
        }
        assert!(Groups { parent: None }.make().is_none());
    }

    /// In the real tree, where there is one in which this user may make groups.
    #[test]
    fn a_group_goes_after_a_process_that_was_killed() {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let own = fs::read_to_string("/proc/self/cgroup").unwrap();
        let own = own.lines().find_map(|line| line.strip_prefix("0::/"));
        let inside = own.and_then(|own| beside(&mounts, &format!("0::/{}/x", own.trim_end_matches('/'))));
        let Some((_, group)) = inside else { return };
        let Ok(leaf) = Leaf::make_in(&group) else { return };
        let path = group.join(&leaf.name);
        match sys::fork_into(0, leaf.folder()) {
            Ok(Forked::Child) => {
                let _ = sys::signal_at_parents_death(libc::SIGKILL);
                sys::wait_signal(&[libc::SIGUSR1], None);
                sys::exit_now(0);
            }
            Ok(Forked::Parent(pid)) => {
                assert_eq!(fs::read_to_string(path.join("cgroup.procs")).unwrap().trim(), pid.to_string());
                sys::kill(pid, libc::SIGKILL);
                assert!(matches!(sys::reap(pid, 0), Reaped::Child { .. }));
            }
            Err(_) => {}
        }
        drop(leaf);
        assert!(!path.exists());
    }

    #[test]
    fn a_group_gets_limits_tells_what_was_reached_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let leaf = Leaf::make_in(folder.path()).unwrap();
        let path = folder.path().join(&leaf.name);
        assert_eq!(leaf.reached(), None, "without controllers there are no files");
        for (file, text) in [("pids.max", "max"), ("memory.max", "max"), ("pids.events", "max 0\n")] {
            fs::write(path.join(file), text).unwrap();
        }
        leaf.limit();
        let number = |file| fs::read_to_string(path.join(file)).unwrap().parse::<u64>().unwrap();
        assert!(number("pids.max") >= 2048 && number("memory.max") > 1024 * 1024);
        assert_eq!(leaf.reached(), None);
        fs::write(path.join("pids.events"), "max 3\n").unwrap();
        assert_eq!(leaf.reached(), Some(Limit::Processes));
        fs::write(path.join("memory.events"), "low 0\noom 1\noom_kill 1\noom_group_kill 0\n").unwrap();
        assert_eq!(leaf.reached(), Some(Limit::Memory));
        fs::read_dir(&path).unwrap().for_each(|file| fs::remove_file(file.unwrap().path()).unwrap());
        drop(leaf);
        assert!(!path.exists());
    }

    #[test]
    fn left_overs_go_and_what_is_in_use_or_of_others_stays() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["codex-command-1", "codex-command-2/process", "editor.scope"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        sweep_in(folder.path());
        let left = |name: &str| folder.path().join(name).exists();
        assert_eq!(["codex-command-1", "codex-command-2", "editor.scope"].map(left), [false, true, true]);
    }

    #[test]
    fn the_memory_of_the_machine_is_read() {
        assert_eq!(total_memory("MemTotal:       2048 kB\nMemFree: 1 kB\n"), Some(2 * 1024 * 1024));
        assert_eq!(total_memory("MemFree: 1 kB\n"), None);
    }
}
