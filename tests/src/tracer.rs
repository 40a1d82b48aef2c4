//! Stands between a running server and its files: sees every write before it happens, and can end the server there
//! or have the write fail.
//!
//! This is a debugger of the smallest kind: it follows all threads of one process, not the programs that it starts. Where
//! the system does not let it (another system or machine, a container that forbids it), [`Tracer::attach`] says so,
//! and the test has to say that it could not be carried out.
#![allow(unsafe_code, reason = "there is no safe wrapper for this system call")]

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

/// One write of the process, before it is carried out.
#[derive(Debug)]
pub struct Write {
    /// What is written to.
    pub path: PathBuf,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is carried out.
    Pass,
    /// The process ends before it.
    Kill,
    /// It fails with this error number.
    Fail(i32),
}

/// No room on the disk, as an error number.
pub const ENOSPC: i32 = libc::ENOSPC;
/// A broken disk, as an error number.
pub const EIO: i32 = libc::EIO;

/// Follows a process until its end.
pub struct Tracer(JoinHandle<()>);

impl Tracer {
    /// From now on `decide` is asked about every write.
    pub fn attach(pid: u32, decide: impl FnMut(&Write) -> Act + Send + 'static) -> Result<Tracer, String> {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return Err("only on Linux on x86-64".to_owned());
        }
        let (ready, attached) = mpsc::sync_channel(1);
        let thread = thread::spawn(move || follow(pid, &ready, decide));
        let result = attached.recv().unwrap_or_else(|_| Err("the tracer has ended".to_owned()));
        result.map(|()| Tracer(thread))
    }

    /// Waits for the end of the process.
    pub fn join(self) {
        self.0.join().expect("the tracer does not panic");
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn follow(pid: u32, ready: &mpsc::SyncSender<Result<(), String>>, mut decide: impl FnMut(&Write) -> Act) {
    let mut known = Vec::new();
    loop {
        let new: Vec<i32> = threads_of(pid).into_iter().filter(|tid| !known.contains(tid)).collect();
        if new.is_empty() {
            break;
        }
        for tid in new {
            if let Err(problem) = seize(tid) {
                drop(ready.send(Err(problem)));
                return;
            }
            known.push(tid);
        }
    }
    let mut waiting = known.len();
    let mut failing: HashMap<i32, i32> = HashMap::new();
    loop {
        let Some((tid, has_ended)) = next_news() else { return };
        if has_ended && tid == pid as i32 {
            // That is for whoever has started it.
            return;
        }
        let mut status = 0;
        // SAFETY: the status lives as long as the call.
        unsafe { libc::waitpid(tid, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        if !libc::WIFSTOPPED(status) {
            continue;
        }
        let signal = libc::WSTOPSIG(status);
        let is_event = status >> 16 != 0;
        let mut deliver = 0;
        if signal == libc::SIGTRAP | 0x80 {
            at_call(pid, tid, &mut failing, &mut decide);
        } else if !is_event {
            deliver = signal;
        }
        request(libc::PTRACE_SYSCALL, tid, deliver as usize);
        if waiting > 0 && is_event {
            waiting -= 1;
            if waiting == 0 {
                drop(ready.send(Ok(())));
            }
        }
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn follow(_: u32, ready: &mpsc::SyncSender<Result<(), String>>, _: impl FnMut(&Write) -> Act) {
    drop(ready.send(Err("not here".to_owned())));
}

/// Which thread there is news of, and whether it has ended. The news is not taken yet.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn next_news() -> Option<(i32, bool)> {
    let what = libc::WSTOPPED | libc::WEXITED | libc::WNOWAIT | libc::__WALL | libc::__WNOTHREAD;
    // SAFETY: numbers only, for which zero is a value.
    let mut news: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the news lives as long as the call. Only threads that this one follows are waited for.
    if unsafe { libc::waitid(libc::P_ALL, 0, &raw mut news, what) } < 0 {
        return None;
    }
    let has_ended = [libc::CLD_EXITED, libc::CLD_KILLED, libc::CLD_DUMPED].contains(&news.si_code);
    // SAFETY: the field is set for news of children.
    Some((unsafe { news.si_pid() }, has_ended))
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn threads_of(pid: u32) -> Vec<i32> {
    let entries = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn seize(tid: i32) -> Result<(), String> {
    let options = libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACECLONE;
    if request(libc::PTRACE_SEIZE, tid, options as usize) < 0 {
        let problem = std::io::Error::last_os_error();
        // A thread that has ended meanwhile needs no company.
        return if problem.raw_os_error() == Some(libc::ESRCH) { Ok(()) } else { Err(problem.to_string()) };
    }
    request(libc::PTRACE_INTERRUPT, tid, 0);
    Ok(())
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn request(what: libc::c_uint, tid: i32, data: usize) -> i64 {
    // SAFETY: none of the requests made here takes an address.
    unsafe { libc::ptrace(what, tid, 0, data) }
}

/// A thread stands at the beginning or the end of a system call.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn at_call(pid: u32, tid: i32, failing: &mut HashMap<i32, i32>, decide: &mut impl FnMut(&Write) -> Act) {
    // SAFETY: numbers only, for which zero is a value.
    let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is the one that this request fills.
    if unsafe { libc::ptrace(libc::PTRACE_GETREGS, tid, 0, &raw mut registers) } < 0 {
        return;
    }
    // At its beginning a call seems not to be implemented.
    let is_end = registers.rax as i64 != -i64::from(libc::ENOSYS);
    if let Some(error) = failing.remove(&tid) {
        registers.rax = i64::from(-error) as u64;
        set(tid, &registers);
        return;
    }
    let calls = [libc::SYS_write, libc::SYS_pwrite64, libc::SYS_writev];
    if is_end || !calls.contains(&(registers.orig_rax as i64)) {
        return;
    }
    let path = fs::read_link(format!("/proc/{pid}/fd/{}", registers.rdi)).unwrap_or_default();
    match decide(&Write { path }) {
        Act::Pass => {}
        Act::Kill => {
            // SAFETY: a signal to a process that this test has started.
            unsafe { libc::kill(pid as i32, libc::SIGKILL) };
        }
        Act::Fail(error) => {
            // No call has this number.
            registers.orig_rax = u64::MAX;
            set(tid, &registers);
            failing.insert(tid, error);
        }
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn set(tid: i32, registers: &libc::user_regs_struct) {
    // SAFETY: the structure is the one that this request reads.
    unsafe { libc::ptrace(libc::PTRACE_SETREGS, tid, 0, std::ptr::from_ref(registers)) };
}
