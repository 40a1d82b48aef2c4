//! The last step: a child that takes off what it must not have and executes the command.
//!
//! The child shares the memory of its parent until it executes, as after `vfork`, so between its first line
//! and `execve` it makes system calls only: no allocation, no locks, no panics.

#![allow(unsafe_code)]

use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::ptr;

use super::confine::Confine;
use super::sys;

const STACK_BYTES: usize = 64 * 1024;
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What goes wrong between the birth of the child and the first instruction of the command.
#[derive(Debug)]
pub struct NotStarted {
    pub stage: Stage,
    pub source: io::Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Spawn,
    Terminal,
    Confine,
    Execute,
}

/// Everything the child needs, prepared before it exists.
pub struct Prepared {
    candidates: Vec<CString>,
    _words: Vec<CString>,
    _variables: Vec<CString>,
    argv: Vec<*const libc::c_char>,
    envp: Vec<*const libc::c_char>,
    stdin: RawFd,
    terminal: bool,
    _stdin: Option<OwnedFd>,
}

/// What the command reads.
pub enum Input {
    Fd(OwnedFd),
    /// The terminal on standard output.
    Terminal,
}

impl Prepared {
    pub fn new(argv: &[OsString], env: &[OsString], input: Input) -> io::Result<Self> {
        let words = argv.iter().map(|word| c_string(word)).collect::<io::Result<Vec<_>>>()?;
        let variables = env.iter().map(|variable| c_string(variable)).collect::<io::Result<Vec<_>>>()?;
        // Without words it is a trial: the child does everything but execute.
        let candidates = argv.first().map(|program| candidates(program, path_of(env))).unwrap_or_default();
        let candidates = candidates.iter().map(|path| c_string(path));
        let (stdin, terminal) = match input {
            Input::Fd(fd) => (Some(fd), false),
            Input::Terminal => (None, true),
        };
        Ok(Self {
            candidates: candidates.collect::<io::Result<_>>()?,
            argv: words.iter().map(|word| word.as_ptr()).chain([ptr::null()]).collect(),
            envp: variables.iter().map(|variable| variable.as_ptr()).chain([ptr::null()]).collect(),
            _words: words,
            _variables: variables,
            stdin: stdin.as_ref().map_or(libc::STDOUT_FILENO, AsRawFd::as_raw_fd),
            terminal,
            _stdin: stdin,
        })
    }

    /// Starts the command; returns its process id when it executes.
    pub fn start(&self, confine: Option<&Confine>) -> Result<libc::pid_t, NotStarted> {
        let mut stack = vec![0_u8; STACK_BYTES];
        let mut birth = Birth { prepared: self, confine, stage: Stage::Spawn, errno: 0 };
        let top = stack.as_mut_ptr_range().end;
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
        // SAFETY: the child runs on a stack of its own (aligned below) while this process waits for it to
        // execute or exit (CLONE_VFORK), so everything it borrows stays alive and unshared.
        let pid = unsafe {
            let top = top.sub(top.align_offset(16).min(15)).map_addr(|address| address & !15);
            libc::clone(begin, top.cast(), flags, (&raw mut birth).cast())
        };
        if pid == -1 {
            return Err(NotStarted { stage: Stage::Spawn, source: io::Error::last_os_error() });
        }
        // SAFETY: the child wrote it before it ended; the compiler must not assume the old value.
        let (stage, errno) = unsafe {
            (ptr::read_volatile(&raw const birth.stage), ptr::read_volatile(&raw const birth.errno))
        };
        if errno == 0 {
            return Ok(pid);
        }
        sys::reap(pid, 0);
        Err(NotStarted { stage, source: io::Error::from_raw_os_error(errno) })
    }
}

/// What parent and child share.
struct Birth<'a> {
    prepared: &'a Prepared,
    confine: Option<&'a Confine>,
    stage: Stage,
    errno: i32,
}

/// The child's life. Returns only if it failed or there is nothing to execute, and then the child exits.
extern "C" fn begin(birth: *mut libc::c_void) -> libc::c_int {
    // SAFETY: the parent passed a `Birth` and waits; see `start`.
    let birth = unsafe { &mut *birth.cast::<Birth<'_>>() };
    match birth.run() {
        Ok(()) => 0,
        Err(errno) => {
            birth.errno = errno;
            127
        }
    }
}

impl Birth<'_> {
    fn run(&mut self) -> Result<(), i32> {
        self.stage = Stage::Terminal;
        // SAFETY: system calls on descriptors and numbers; no memory but the signal set below.
        unsafe {
            libc::setsid();
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
            if self.prepared.terminal {
                done(libc::ioctl(libc::STDOUT_FILENO, libc::TIOCSCTTY, 0))?;
            }
            done(libc::dup2(self.prepared.stdin, libc::STDIN_FILENO))?;
        }
        self.stage = Stage::Confine;
        if let Some(confine) = self.confine {
            confine.apply()?;
        }
        close_from(3);
        self.stage = Stage::Execute;
        reset_signals();
        if self.prepared.candidates.is_empty() {
            return Ok(());
        }
        let mut errno = libc::ENOENT;
        for candidate in &self.prepared.candidates {
            // SAFETY: all three are prepared, terminated and alive.
            unsafe {
                libc::execve(candidate.as_ptr(), self.prepared.argv.as_ptr(), self.prepared.envp.as_ptr());
            }
            match last_errno() {
                libc::ENOENT | libc::ENOTDIR => {}
                libc::EACCES => errno = libc::EACCES,
                other => return Err(other),
            }
        }
        Err(errno)
    }
}

fn done(result: libc::c_int) -> Result<(), i32> {
    if result == -1 { Err(last_errno()) } else { Ok(()) }
}

pub(super) fn last_errno() -> i32 {
    // SAFETY: always a valid place.
    unsafe { *libc::__errno_location() }
}

/// Nothing above the standard descriptors is inherited. Those of ours close themselves; this is for others'.
fn close_from(first: libc::c_uint) {
    // SAFETY: closes descriptors of this process, whose table is its own.
    unsafe {
        if libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) == -1 {
            for fd in first..4096 {
                libc::close(fd as libc::c_int);
            }
        }
    }
}

/// Commands begin with no signal blocked or ignored.
fn reset_signals() {
    // SAFETY: all places are valid for the time of the calls.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = libc::SIG_DFL;
        for signal in 1..=libc::SIGSYS {
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut());
    }
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    CString::new(text.as_bytes()).map_err(|_| io::ErrorKind::InvalidInput.into())
}

fn path_of(env: &[OsString]) -> &OsStr {
    let path = env.iter().find_map(|variable| variable.as_bytes().strip_prefix(b"PATH="));
    path.map_or(OsStr::new(DEFAULT_PATH), OsStr::from_bytes)
}

/// Where a program may be: as it is if it names a place, else in each folder of the path.
fn candidates(program: &OsStr, path: &OsStr) -> Vec<OsString> {
    if program.as_bytes().contains(&b'/') {
        return vec![program.to_owned()];
    }
    let folders = path.as_bytes().split(|byte| *byte == b':').filter(|folder| folder.starts_with(b"/"));
    folders.map(|folder| OsStr::from_bytes(&[folder, b"/", program.as_bytes()].concat()).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_looked_for_in_absolute_folders_of_the_path() {
        let find = |program: &str, path: &str| candidates(program.as_ref(), path.as_ref());
        assert_eq!(find("ls", "/bin:.:/usr/bin:"), ["/bin/ls", "/usr/bin/ls"]);
        assert_eq!(find("./ls", "/bin"), ["./ls"]);
        assert_eq!(path_of(&["A=1".into(), "PATH=/x".into()]), "/x");
        assert_eq!(path_of(&["XPATH=/x".into()]), DEFAULT_PATH);
    }
}
