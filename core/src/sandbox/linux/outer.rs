//! The outermost process of the helper: waits for the inner one and for the server, whichever ends first.

use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvFlags, recv};

use super::broken::{Broken, Step};
use super::namespace::Identity;
use super::stubs::Stubs;
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
            helper::report(control, &Report::Failed { kind: FailureKind::Setup, message: error.to_string() });
            125
        }
    }
}

struct Outer {
    inner: libc::pid_t,
    signals: OwnedFd,
    has_namespace: bool,
    stubs: Stubs,
    /// Its other end is held by inner, which learns by it that we are gone.
    line: UnixStream,
}

fn start(plan: Plan, passed: Option<OwnedFd>, control: &UnixStream) -> Result<Outer, Broken> {
    // Out of the server's session and process group, so that a Ctrl-C meant for it does not reach us.
    let _ = rustix::process::setsid();
    let namespaces = inner::namespaces(&plan.confinement);
    let has_namespace = namespaces != 0;
    if !has_namespace {
        sys::become_subreaper().step("becoming the reaper of orphans")?;
    }
    sys::block_signals();
    let signals =
        sys::signal_fd(&[libc::SIGCHLD, libc::SIGTERM, libc::SIGINT]).step("waiting for signals")?;
    let (line, inners) = UnixStream::pair().step("a line between the helpers")?;
    let identity = Identity::ours();
    let inner = match sys::fork(namespaces).step("starting a process in new namespaces")? {
        Forked::Child => {
            drop(line);
            sys::exit_now(inner::run(plan, passed, control, &Line::new(inners), identity))
        }
        Forked::Parent(inner) => inner,
    };
    drop(inners);
    // While inner does its first steps; it waits for our word before it needs them.
    let stubs = match &plan.confinement {
        Confinement::Namespaces(rules) => Stubs::make(rules),
        Confinement::Open | Confinement::Landlock(_) => Ok(Stubs::default()),
    };
    let stubs = stubs.and_then(|stubs| {
        (&line).write_all(&[0]).step("talking to the inner helper")?;
        Ok(stubs)
    });
    if stubs.is_err() {
        sys::kill(inner, libc::SIGKILL);
        sys::reap(inner, 0);
    }
    Ok(Outer { inner, signals, has_namespace, stubs: stubs?, line })
}

/// Inner's end of the line to outer.
pub struct Line {
    stream: UnixStream,
}

impl Line {
    fn new(stream: UnixStream) -> Self {
        Self { stream }
    }

    /// Waits for outer's word that everything outside is ready.
    pub fn wait(&self) -> Result<(), Broken> {
        let mut word = [0];
        (&self.stream).read_exact(&mut word).step("waiting for the outer helper")
    }

    /// Tells outer that the end was reported to the server.
    pub fn say_reported(&self) {
        let _ = (&self.stream).write_all(&[0]);
    }

    /// Whether outer is gone. It may have died before inner asked for a signal at its death.
    pub fn is_cut(&self) -> bool {
        let mut events = [PollFd::new(&self.stream, PollFlags::empty())];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let _ = poll(&mut events, Some(&now));
        events.iter().any(|event| event.revents().contains(PollFlags::HUP))
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

    fn inner_has_reported(&self) -> bool {
        let mut word = [0];
        matches!(recv(&self.line, &mut word, RecvFlags::DONTWAIT), Ok((1, _)))
    }

    fn finish(&mut self, code: i32, control: &UnixStream) -> i32 {
        if !self.has_namespace {
            // Usually there is nothing left. If inner was killed, its orphans are ours now.
            tree::end_all();
        }
        self.stubs.remove();
        if !self.inner_has_reported() {
            helper::report(control, &Report::Ended(code));
        }
        code
    }
}
