//! Rights, namespaces, terminals, and large or old parts of the kernel.

#![allow(unsafe_code, reason = "attackers do not use safe wrappers")]

use std::fs::{self, File};
use std::io;

use super::{call, tell};
use crate::selftest::roles::say;

pub fn privileges() -> io::Result<()> {
    let status = fs::read_to_string("/proc/self/status")?;
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        u64::from_str_radix(line.trim(), 16).unwrap_or(u64::MAX)
    };
    if value("NoNewPrivs:") != 1 {
        say("SUCCEEDED to keep the way to new privileges");
    }
    // SAFETY: no memory is involved.
    let is_root = unsafe { libc::geteuid() } == 0;
    // Only who has capabilities can give up the bound of what they could gain, which is void without a way.
    let bound = if is_root { value("CapBnd:") } else { 0 };
    let sets = ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"].map(value);
    if bound != 0 || sets.into_iter().any(|set| set != 0) {
        say("SUCCEEDED to keep capabilities");
    }
    Ok(())
}

pub fn namespaces() {
    for (what, flag) in [
        ("user", libc::CLONE_NEWUSER),
        ("user and mounts", libc::CLONE_NEWUSER | libc::CLONE_NEWNS),
        ("user and processes", libc::CLONE_NEWUSER | libc::CLONE_NEWPID),
        ("user and network", libc::CLONE_NEWUSER | libc::CLONE_NEWNET),
    ] {
        // SAFETY: without CLONE_VM this is a fork; the child only ends.
        let child = unsafe { libc::syscall(libc::SYS_clone, flag | libc::SIGCHLD, 0, 0, 0, 0) };
        if child == 0 {
            // SAFETY: ends the process.
            unsafe { libc::_exit(0) };
        }
        tell(what, call(child));
    }
    // SAFETY: changes what this process sees, and no memory.
    unsafe {
        let new = [libc::CLONE_NEWUSER.unsigned_abs() as u64, 0, 0, 0, 0, 0, 0, 0];
        let child = libc::syscall(libc::SYS_clone3, new.as_ptr(), size_of_val(&new));
        if child == 0 {
            libc::_exit(0);
        }
        tell("by the newer call", call(child));
        tell("unshare", call(libc::unshare(libc::CLONE_NEWUSER).into()));
    }
    if let Ok(own) = File::open("/proc/self/ns/user") {
        use std::os::fd::AsRawFd as _;
        // SAFETY: numbers. Entering the own one fails with another error where it is not refused.
        let entered = call(unsafe { libc::setns(own.as_raw_fd(), libc::CLONE_NEWUSER) }.into());
        if let Err(error) = entered.as_ref()
            && error.raw_os_error() != Some(libc::EPERM)
        {
            say(&format!("SUCCEEDED to ask for another namespace: {error}"));
        }
    }
}

pub fn type_into_terminal() {
    let letter = b'x';
    // SAFETY: the letter lives as long as the call.
    let typed = call(unsafe { libc::ioctl(0, libc::TIOCSTI, &raw const letter) }.into());
    tell("type", typed);
    let paste = [2_u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // SAFETY: the request is longer than what the call reads.
    let pasted = call(unsafe { libc::ioctl(0, 0x541c, paste.as_ptr()) }.into());
    say(&format!("paste: {pasted:?}"));
    for entry in fs::read_dir("/dev/pts").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.parse::<u32>().is_ok() {
            tell("write to a terminal", File::options().write(true).open(entry.path()));
        }
    }
}

pub fn io_uring() {
    let mut parameters = [0_u8; 120];
    // SAFETY: the place is as large as the call expects.
    unsafe {
        let set_up = libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr());
        tell("io_uring", call(set_up));
        for (what, number) in [("enter", libc::SYS_io_uring_enter), ("register", libc::SYS_io_uring_register)]
        {
            let error = call(libc::syscall(number, -1, 0, 0, 0, 0, 0)).err();
            let is_refused =
                error.is_some_and(|error| matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)));
            tell(what, if is_refused { Err("not there") } else { Ok(()) });
        }
    }
}

pub fn doors() {
    // Of the clock, which every machine has.
    let event: [u32; 32] = std::array::from_fn(|index| [1, 128].get(index).copied().unwrap_or_default());
    // A table of one number.
    let map: [u32; 18] = [2, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // SAFETY: the places are as large as the calls expect.
    unsafe {
        tell("userfaultfd", call(libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC | 1)));
        tell("keyring", call(libc::syscall(libc::SYS_keyctl, 0, -4_i32, 0)));
        tell("bpf", call(libc::syscall(libc::SYS_bpf, 0, map.as_ptr(), size_of_val(&map))));
        tell(
            "another key",
            call(libc::syscall(libc::SYS_add_key, c"user".as_ptr(), c"x".as_ptr(), c"y".as_ptr(), 1, -1_i32)),
        );
        let opened = libc::syscall(libc::SYS_perf_event_open, event.as_ptr(), 0, -1, -1, 0);
        tell("perf", call(opened));
        tell("fanotify", call(libc::syscall(libc::SYS_fanotify_init, 0x200, 0)));
    }
}

/// In a process of its own: it may be ended for it.
#[cfg(target_arch = "x86_64")]
pub fn other_numbers(kind: &str) {
    let what = format!("getpid of {kind}");
    // SAFETY: this process has one thread; the child asks and ends.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let answered = if kind == "i386" { getpid_of_i386() } else { getpid_of_x32() };
            libc::_exit(i32::from(!answered));
        }
        let mut status = 0;
        libc::waitpid(child, &raw mut status, 0);
        match (libc::WIFEXITED(status), libc::WEXITSTATUS(status)) {
            (true, 0) => tell::<_, &str>(&what, Ok(())),
            (true, _) => tell::<(), _>(&what, Err("there are no such numbers")),
            (false, _) => tell::<(), _>(&what, Err("ended for it")),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn getpid_of_i386() -> bool {
    let mut result: i64 = 20;
    // SAFETY: asks for the number of this process by the numbers of i386; what it may change is named.
    unsafe {
        std::arch::asm!("int 0x80", inout("rax") result, out("r8") _, out("r9") _, out("r10") _, out("r11") _)
    };
    result > 0
}

#[cfg(target_arch = "x86_64")]
fn getpid_of_x32() -> bool {
    // SAFETY: no memory is involved.
    unsafe { libc::syscall(0x4000_0000 | libc::SYS_getpid) > 0 }
}

#[cfg(not(target_arch = "x86_64"))]
pub fn other_numbers(_: &str) {}
