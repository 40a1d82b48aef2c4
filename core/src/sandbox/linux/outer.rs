//! The outermost process of the helper: waits for the inner one and for the server, whichever ends first.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::sys::{self, Forked, Reaped};
use super::{helper, inner, tree};
use crate::sandbox::plan::{Confinement, FailureKind, Plan, Report};

/// How long the inner process may take to end everything after it was asked.
const PATIENCE: Duration = Duration::from_millis(1700);

/// Starts the inner process and stays until everything is gone; returns the exit code.
pub fn run(plan: Plan, passed: Option<OwnedFd>, control: &UnixStream) -> i32 {
    match start(plan, passed, control) {
        Ok(mut outer) => outer.watch(control),
        Err(error) => {
            let message = format!("the sandbox helper could not be set up: {error}");
            helper::report(control, &Report::Failed { kind: FailureKind::Setup, message });
            125
        }
    }
}

struct Outer {
    inner: libc::pid_t,
    signals: OwnedFd,
    has_namespace: bool,
    /// Its other end is held by inner, which learns by it that we are gone.
    _alive: OwnedFd,
}

fn start(plan: Plan, passed: Option<OwnedFd>, control: &UnixStream) -> io::Result<Outer> {
    // Out of the server's session and process group, so that a Ctrl-C meant for it does not reach us.
    let _ = rustix::process::setsid();
    let has_namespace = match &plan.confinement {
        Confinement::Namespaces(_) => true,
        Confinement::Open | Confinement::Landlock(_) => false,
    };
    if !has_namespace {
        sys::become_subreaper()?;
    }
    sys::block_signals();
    let signals = sys::signal_fd(&[libc::SIGCHLD, libc::SIGTERM, libc::SIGINT])?;
    let (alive, watch) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    match sys::fork(inner::namespaces(&plan.confinement))? {
        Forked::Child => {
            drop(alive);
            sys::exit_now(inner::run(plan, passed, control, &watch))
        }
        Forked::Parent(inner) => Ok(Outer { inner, signals, has_namespace, _alive: alive }),
    }
}

impl Outer {
    fn watch(&mut self, control: &UnixStream) -> i32 {
        let mut asked: Option<Instant> = None;
        let mut buffer = [0; 256];
        loop {
            if let Reaped::Child { code, .. } = sys::reap(self.inner, libc::WNOHANG) {
                return self.finish(code, control);
            }
            let mut events = vec![PollFd::new(&self.signals, PollFlags::IN)];
            if asked.is_none() {
                events.push(PollFd::new(control, PollFlags::IN));
            }
            let limit = asked.map(|asked| PATIENCE.saturating_sub(asked.elapsed()));
            if limit == Some(Duration::ZERO) {
                sys::kill(self.inner, libc::SIGKILL);
                if let Reaped::Child { code, .. } = sys::reap(self.inner, 0) {
                    return self.finish(code, control);
                }
            }
            let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
            let _ = poll(&mut events, limit.as_ref());
            let server_is_gone = events.get(1).is_some_and(|event| !event.revents().is_empty());
            let told_to_end = self.take_signals(&mut buffer);
            if asked.is_none() && (server_is_gone || told_to_end) {
                sys::kill(self.inner, libc::SIGTERM);
                asked = Some(Instant::now());
            }
        }
    }

    /// Empties the signal descriptor; whether there was more than news of children.
    fn take_signals(&self, buffer: &mut [u8]) -> bool {
        let mut told_to_end = false;
        while let Ok(count) = rustix::io::read(self.signals.as_fd(), &mut *buffer) {
            if count == 0 {
                break;
            }
            // Each record of 128 bytes begins with the number of the signal.
            told_to_end |= buffer
                .chunks(128)
                .take(count / 128)
                .filter_map(|record| record.first_chunk())
                .any(|number| u32::from_ne_bytes(*number) != libc::SIGCHLD as u32);
        }
        told_to_end
    }

    fn finish(&self, code: i32, control: &UnixStream) -> i32 {
        if !self.has_namespace {
            // Usually there is nothing left. If inner was killed, its orphans are ours now.
            tree::end_all();
        }
        helper::report(control, &Report::Ended(code));
        code
    }
}
