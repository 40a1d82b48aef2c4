//! System calls that rustix does not wrap, each as a small safe function.
//!
//! Everything here is called between the start of the helper and the execution of a command, in processes that have a
//! single thread until then.

#![allow(unsafe_code)]

use std::io;
use std::time::Duration;

/// `-1` and `errno` as a `Result`.
pub fn check(result: libc::c_long) -> io::Result<libc::c_long> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Which side of a fork this is.
pub enum Forked {
    Parent(libc::pid_t),
    Child,
}

/// Forks, the child in new namespaces as the flags say.
///
/// Must be called in a process with a single thread only.
pub fn fork(namespaces: libc::c_int) -> io::Result<Forked> {
    let flags = libc::c_long::from(namespaces | libc::SIGCHLD);
    // SAFETY: without CLONE_VM this is a fork; there is one thread, so no lock can be held by another.
    match check(unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) })? {
        0 => Ok(Forked::Child),
        pid => Ok(Forked::Parent(pid as libc::pid_t)),
    }
}

/// The same, the child in another control group from its birth.
pub fn fork_into(namespaces: libc::c_int, group: std::os::fd::BorrowedFd<'_>) -> io::Result<Forked> {
    use std::os::fd::AsRawFd;
    const INTO_CGROUP: u64 = 0x2_0000_0000;
    // SAFETY: all of it may be zero.
    let mut arguments: libc::clone_args = unsafe { std::mem::zeroed() };
    arguments.flags = u64::from(namespaces.cast_unsigned()) | INTO_CGROUP;
    arguments.exit_signal = libc::SIGCHLD as u64;
    arguments.cgroup = group.as_raw_fd() as u64;
    // SAFETY: as above; the arguments are valid for the time of the call.
    match check(unsafe {
        libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<libc::clone_args>())
    })? {
        0 => Ok(Forked::Child),
        pid => Ok(Forked::Parent(pid as libc::pid_t)),
    }
}

/// Ends this process at once, without running anything.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}

/// Blocks every signal and returns nothing; children unblock theirs before they execute.
pub fn block_signals() {
    // SAFETY: both sets are valid for the time of the calls.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const all, std::ptr::null_mut());
    }
}

/// Children that end leave nothing behind and tell nobody.
pub fn ignore_ends_of_children() {
    // SAFETY: no function of ours is installed.
    unsafe {
        libc::signal(libc::SIGCHLD, libc::SIG_IGN);
    }
}

/// Children that end can be waited for.
pub fn heed_ends_of_children() {
    // SAFETY: no function of ours is installed.
    unsafe {
        libc::signal(libc::SIGCHLD, libc::SIG_DFL);
    }
}

/// Waits for one of the signals; `None` when the time is over. Without a limit it waits for ever.
pub fn wait_signal(signals: &[libc::c_int], limit: Option<Duration>) -> Option<libc::c_int> {
    // SAFETY: the set and the limit are valid for the time of the calls.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
        }
        let limit = limit.map(|limit| libc::timespec {
            tv_sec: limit.as_secs() as libc::time_t,
            tv_nsec: libc::c_long::from(limit.subsec_nanos()),
        });
        let limit = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let signal = libc::sigtimedwait(&raw const set, std::ptr::null_mut(), limit);
        (signal > 0).then_some(signal)
    }
}

/// A descriptor that becomes readable when one of the signals arrives.
pub fn signal_fd(signals: &[libc::c_int]) -> io::Result<std::os::fd::OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: the set is valid for the time of the calls; the descriptor is new and owned by nobody else.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
        }
        let fd = libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK);
        check(fd.into())?;
        Ok(std::os::fd::OwnedFd::from_raw_fd(fd))
    }
}

pub fn kill(pid: libc::pid_t, signal: libc::c_int) {
    // SAFETY: no memory is involved.
    unsafe {
        libc::kill(pid, signal);
    }
}

/// Gives up the standard places for output; nothing is printed any more.
pub fn close_output() {
    // SAFETY: nobody in this process relies on what is in these places.
    unsafe {
        libc::close(libc::STDOUT_FILENO);
        libc::close(libc::STDERR_FILENO);
    }
}

/// Closes every descriptor but this one and the standard ones, in a process that is not going to use them.
pub fn close_all_but(kept: &impl std::os::fd::AsRawFd) {
    let kept = kept.as_raw_fd() as libc::c_uint;
    for (first, last) in [(3, kept.saturating_sub(1)), (kept + 1, libc::c_uint::MAX)] {
        if first <= last {
            // SAFETY: the owners of these descriptors are values that this process does not look at any more.
            unsafe {
                libc::syscall(libc::SYS_close_range, first, last, 0);
            }
        }
    }
}

/// What became of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaped {
    Child {
        pid: libc::pid_t,
        code: i32,
    },
    /// There are children, but none has ended.
    NoneEnded,
    /// There are no children.
    NoChildren,
}

/// Takes the exit code of one ended child, of any or of the given one.
pub fn reap(pid: libc::pid_t, flags: libc::c_int) -> Reaped {
    loop {
        let mut status = 0;
        // SAFETY: `status` is valid for the time of the call.
        match unsafe { libc::waitpid(pid, &raw mut status, flags | libc::__WALL) } {
            0 => return Reaped::NoneEnded,
            -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            -1 => return Reaped::NoChildren,
            pid if libc::WIFEXITED(status) => return Reaped::Child { pid, code: libc::WEXITSTATUS(status) },
            pid if libc::WIFSIGNALED(status) => {
                return Reaped::Child { pid, code: 128 + libc::WTERMSIG(status) };
            }
            _ => {}
        }
    }
}

/// Asks for a signal at the death of the parent.
pub fn signal_at_parents_death(signal: libc::c_int) -> io::Result<()> {
    // SAFETY: no memory is involved.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal, 0, 0, 0) }.into()).map(drop)
}

/// Makes orphans below this process its children.
pub fn become_subreaper() -> io::Result<()> {
    // SAFETY: no memory is involved.
    check(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }.into()).map(drop)
}

/// Keeps others from reading the memory of this process.
pub fn become_undumpable() {
    // SAFETY: no memory is involved.
    unsafe {
        libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
}

/// What becomes of a mount and all mounts below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Keep,
    ReadOnly,
}

/// Cuts mounts off from news of the host's, and makes them read-only if wanted.
pub fn set_mounts(mount: std::os::fd::BorrowedFd<'_>, access: Access) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let attributes = libc::mount_attr {
        attr_set: match access {
            Access::Keep => 0,
            Access::ReadOnly => libc::MOUNT_ATTR_RDONLY,
        },
        attr_clr: 0,
        propagation: libc::MS_PRIVATE,
        userns_fd: 0,
    };
    let flags = libc::AT_EMPTY_PATH | libc::AT_RECURSIVE;
    // SAFETY: the path is empty and terminated, the attributes are valid for the time of the call.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    })
    .map(drop)
}

/// Puts this process into a new network, and for the right to do so into a new user namespace.
pub fn new_network_namespace() -> io::Result<()> {
    // SAFETY: changes what this process sees of users and the network, and no memory.
    check(unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) }.into()).map(drop)
}

/// Puts this process into a copy of its mount namespace.
pub fn new_mount_namespace() -> io::Result<()> {
    // SAFETY: changes what this process sees of the file system, and no memory.
    check(unsafe { libc::unshare(libc::CLONE_NEWNS) }.into()).map(drop)
}

/// Puts a descriptor in one of the standard places, where children inherit it.
pub fn put(descriptor: std::os::fd::OwnedFd, place: libc::c_int) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: nobody in this process relies on what was in that place.
    check(unsafe { libc::dup2(descriptor.as_raw_fd(), place) }.into()).map(drop)
}

/// Switches the interface `lo` on.
pub fn raise_loopback(socket: impl std::os::fd::AsFd) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the request is valid for the time of the call, and of the kind that the call expects.
    unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        for (place, byte) in request.ifr_name.iter_mut().zip(b"lo") {
            *place = *byte as libc::c_char;
        }
        request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        check(libc::ioctl(socket.as_fd().as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw mut request).into())?;
    }
    Ok(())
}

/// The version of Landlock; 0 if there is none.
pub fn landlock_version() -> u32 {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no memory.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0_usize, VERSION) };
    u32::try_from(version).unwrap_or(0)
}
