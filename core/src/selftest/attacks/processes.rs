//! Other processes: their memory, their descriptors, their lives; and processes that would stay.

#![allow(unsafe_code, reason = "attackers do not use safe wrappers")]

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

use super::{c, call, is_bare, tell};
use crate::selftest::place::SECRET;
use crate::selftest::roles::say;

pub fn look_around() -> io::Result<()> {
    let own = std::process::id().to_string();
    for entry in fs::read_dir("/proc")?.flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        if pid == own || !pid.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
        if String::from_utf8_lossy(&environ).contains(SECRET) {
            say(&format!("SUCCEEDED environment of {pid}"));
            tell("memory", File::options().read(true).write(true).open(entry.path().join("mem")));
            tell("root", fs::read_dir(entry.path().join("root")));
            tell("descriptors", fs::read_dir(entry.path().join("fd")));
        }
    }
    let marker = Path::new("/proc/1/root/proc/self");
    say(&format!("root of init: {:?}", fs::read_dir(marker).is_ok()));
    Ok(())
}

pub fn trace(pid: libc::pid_t) {
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: numbers, and places that live as long as the calls.
    unsafe {
        let seized = call(libc::ptrace(libc::PTRACE_SEIZE, pid, none, none));
        if seized.is_ok() {
            libc::ptrace(libc::PTRACE_DETACH, pid, none, none);
        }
        tell("seize", seized);
        let mut byte = 0_u8;
        let here = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
        let data = maps.lines().find(|line| line.contains(" rw-p ")).unwrap_or_default();
        let start = data.split('-').next().and_then(|text| usize::from_str_radix(text, 16).ok());
        let there = libc::iovec { iov_base: start.unwrap_or(0x1000) as *mut libc::c_void, iov_len: 1 };
        let read = libc::process_vm_readv(pid, &raw const here, 1, &raw const there, 1, 0);
        tell("read memory", call(read as libc::c_long));
        // What was read, so that nothing changes.
        let write = libc::process_vm_writev(pid, &raw const here, 1, &raw const there, 1, 0);
        tell("write memory", call(write as libc::c_long));
        let opened = call(libc::syscall(libc::SYS_pidfd_open, pid, 0));
        let take = |fd: libc::c_long| call(libc::syscall(libc::SYS_pidfd_getfd, fd, 0, 0));
        tell("take a descriptor", opened.and_then(take));
    }
}

pub fn signal(pid: libc::pid_t) {
    let limit = libc::rlimit { rlim_cur: 11, rlim_max: 11 };
    // SAFETY: numbers, and a place that lives as long as the call.
    unsafe {
        tell("lower the priority", call(libc::setpriority(libc::PRIO_PROCESS, pid.unsigned_abs(), 7).into()));
        let limited = libc::prlimit(pid, libc::RLIMIT_CORE, &raw const limit, std::ptr::null_mut());
        tell("limit", call(limited.into()));
        let opened = call(libc::syscall(libc::SYS_pidfd_open, pid, 0));
        let send =
            |fd: libc::c_long| call(libc::syscall(libc::SYS_pidfd_send_signal, fd, libc::SIGUSR1, 0, 0));
        tell("signal by descriptor", opened.and_then(send));
        tell("kill", call(libc::kill(pid, libc::SIGKILL).into()));
    }
}

pub fn descriptors() -> io::Result<()> {
    for entry in fs::read_dir("/proc/self/fd")?.flatten() {
        let fd: i32 = entry.file_name().to_string_lossy().parse().map_err(io::Error::other)?;
        // Whatever it is, but for the listing itself, it came from outside.
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        let is_listing = target.ends_with(format!("{}/fd", std::process::id()));
        if fd > 2 && !is_listing {
            say(&format!("SUCCEEDED descriptor {fd} of {target:?}"));
        }
    }
    Ok(())
}

/// In the environment of all of them.
pub const WORD: &str = "CODEX_SELFTEST_WORD";

/// Starts processes that want to stay: their own sessions, no parent, no streams, deaf to polite signals. They are
/// known by the word.
pub fn hide_and_stay(word: &str) -> io::Result<()> {
    let (program, zero, flag) = (c("/bin/sh"), c("sh"), c("-c"));
    let script = c("trap '' TERM HUP; sleep 1000; sleep 1000");
    let variable = c(&format!("{WORD}={word}"));
    let path = c("PATH=/usr/bin:/bin");
    let envp = [variable.as_ptr(), path.as_ptr(), std::ptr::null()];
    let argv = [zero.as_ptr(), flag.as_ptr(), script.as_ptr(), std::ptr::null()];
    for _ in 0..3 {
        // SAFETY: this process has one thread, and everything that is executed was made before the forks.
        unsafe {
            for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT] {
                libc::signal(signal, libc::SIG_IGN);
            }
            if libc::fork() == 0 {
                libc::setsid();
                if libc::fork() == 0 {
                    for fd in 0..64 {
                        libc::close(fd);
                    }
                    libc::execve(program.as_ptr(), argv.as_ptr(), envp.as_ptr());
                }
                libc::_exit(0);
            }
        }
    }
    if is_bare() {
        return Ok(());
    }
    say("ready");
    loop {
        std::thread::park();
    }
}

/// Makes processes until there are so many.
pub fn multiply(most: libc::pid_t) {
    let mut made = Vec::new();
    let mut refused = None;
    while refused.is_none() && made.len() < most.unsigned_abs() as usize {
        // SAFETY: this process has one thread; the child only waits.
        match unsafe { libc::fork() } {
            // SAFETY: as above.
            0 => unsafe {
                libc::pause();
                libc::_exit(0);
            },
            -1 => refused = Some(io::Error::last_os_error()),
            pid => made.push(pid),
        }
    }
    tell(&format!("{} processes", made.len()), refused.map_or(Ok(()), Err));
    for pid in made {
        // SAFETY: numbers.
        unsafe {
            libc::kill(pid, libc::SIGKILL);
            libc::waitpid(pid, std::ptr::null_mut(), 0);
        }
    }
}

/// Whether the kernel, short of memory, would rather end the server than this.
pub fn compare_victims(server: &str) -> io::Result<()> {
    let adjustment = |text: &str| text.trim().parse::<i32>().map_err(io::Error::other);
    let own = adjustment(&fs::read_to_string("/proc/self/oom_score_adj")?)?;
    if own <= adjustment(server)? {
        say(&format!("SUCCEEDED to be as dear as the server: {own}"));
    }
    let lower = fs::write("/proc/self/oom_score_adj", server);
    if lower.is_ok() && Command::new("true").status().is_ok() {
        say("SUCCEEDED to become as dear as the server");
    }
    Ok(())
}
