//! The outermost process of the helper: waits for the plan, then for the inner process and for the server,
//! whichever ends first.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvFlags, recv};

use super::broken::{Broken, Step};
use super::cgroup::{Groups, Leaf};
use super::helper::NOT_STARTED;
use super::namespace::Identity;
use super::stubs::Stubs;
use super::sys::{self, Forked, Reaped};
use super::{helper, inner, tree};
use crate::sandbox::message;
use crate::sandbox::plan::{Confinement, FailureKind, Plan, Readiness, Report};

/// How long the inner process may take to end everything after it was asked.
const PATIENCE: Duration = Duration::from_millis(1700);

/// Gets ready, waits for the plan, and stays until everything is gone; returns the exit code.
pub fn run(readiness: Readiness, control: &UnixStream, groups: &Groups) -> i32 {
    // Out of the server's session and process group, so that a Ctrl-C meant for it does not reach us.
    let _ = rustix::process::setsid();
    sys::block_signals();
    let inner = Inner::start(readiness, control, groups);
    let signals = sys::signal_fd(&[libc::SIGCHLD, libc::SIGTERM, libc::SIGINT]).step("waiting for signals");
    // Without a plan there is nobody to tell anything.
    let Ok(Some((bytes, descriptors))) = wait_for_plan(signals.as_ref().ok(), control) else {
        return 0;
    };
    match begin(inner, signals, &bytes, descriptors) {
        Ok(mut outer) => outer.watch(control),
        Err(error) => {
            helper::report(control, &Report::Failed { kind: FailureKind::Setup, message: error.to_string() });
            NOT_STARTED
        }
    }
}

/// The plan, as it came; `None` if the helper was told to end instead.
fn wait_for_plan(
    signals: Option<&OwnedFd>,
    control: &UnixStream,
) -> io::Result<Option<(Vec<u8>, Vec<OwnedFd>)>> {
    loop {
        let mut events = vec![PollFd::new(control, PollFlags::IN)];
        events.extend(signals.map(|signals| PollFd::new(signals, PollFlags::IN)));
        poll(&mut events, None)?;
        if events.first().is_some_and(|event| !event.revents().is_empty()) {
            return message::receive(control).map(Some);
        }
        if signals.is_some_and(told_to_end) {
            return Ok(None);
        }
    }
}

/// Hands the plan to the inner process and does what only this one can do.
fn begin(
    inner: Result<Inner, Broken>,
    signals: Result<OwnedFd, Broken>,
    bytes: &[u8],
    descriptors: Vec<OwnedFd>,
) -> Result<Outer, Broken> {
    let signals = signals?;
    let plan = Plan::decode(bytes).ok_or(io::ErrorKind::InvalidData).step("reading the plan")?;
    let needed = plan.confinement.readiness();
    let inner = inner?;
    if inner.readiness != needed {
        return Err(io::ErrorKind::InvalidInput).step("using a helper for another kind of command");
    }
    message::send(&inner.line, bytes, &descriptors).step("talking to the inner helper")?;
    // So that whoever reads them sees the end as soon as the command has closed its own.
    drop(descriptors);
    if let Some(leaf) = inner.leaf.as_ref().filter(|_| plan.confinement != Confinement::Open) {
        leaf.limit();
    }
    // While inner does its first steps; it waits for our word before it needs them.
    let stubs = match &plan.confinement {
        Confinement::Namespaces(rules) => Stubs::make(rules)?,
        Confinement::Open | Confinement::Landlock(_) => Stubs::default(),
    };
    (&inner.line).write_all(&[0]).step("talking to the inner helper")?;
    Ok(Outer { inner, signals, stubs })
}

/// The inner process. Ended when dropped, unless it has ended already.
struct Inner {
    pid: libc::pid_t,
    /// Its other end is held by inner, which learns by it that we are gone.
    line: UnixStream,
    readiness: Readiness,
    reaped: bool,
    /// Where it lives with all it starts; goes after it.
    leaf: Option<Leaf>,
}

impl Inner {
    fn start(readiness: Readiness, control: &UnixStream, groups: &Groups) -> Result<Self, Broken> {
        if readiness == Readiness::Plain {
            sys::become_subreaper().step("becoming the reaper of orphans")?;
        }
        let (line, inners) = UnixStream::pair().step("a line between the helpers")?;
        let identity = Identity::ours();
        let namespaces = inner::namespaces(readiness);
        let (forked, leaf) = fork(namespaces, groups.make()).step("starting a process in new namespaces")?;
        match forked {
            Forked::Child => {
                drop(line);
                let line = Line { stream: inners };
                sys::exit_now(inner::run(readiness, control, &line, identity, leaf.as_ref()))
            }
            Forked::Parent(pid) => Ok(Self { pid, line, readiness, reaped: false, leaf }),
        }
    }

    /// Its exit code, if it has ended.
    fn reap(&mut self, flags: libc::c_int) -> Option<i32> {
        match sys::reap(self.pid, flags) {
            Reaped::Child { code, .. } => {
                self.reaped = true;
                Some(code)
            }
            Reaped::NoneEnded | Reaped::NoChildren => None,
        }
    }

    /// Whether inner told the server of the end itself.
    fn has_reported(&self) -> bool {
        let mut word = [0];
        matches!(recv(&self.line, &mut word, RecvFlags::DONTWAIT), Ok((1, _)))
    }
}

/// Forks into a control group if there is one that can be entered; else without.
fn fork(namespaces: libc::c_int, leaf: Option<Leaf>) -> io::Result<(Forked, Option<Leaf>)> {
    if let Some(leaf) = leaf
        && let Ok(forked) = sys::fork_into(namespaces, leaf.folder())
    {
        return Ok((forked, Some(leaf)));
    }
    Ok((sys::fork(namespaces)?, None))
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !self.reaped {
            sys::kill(self.pid, libc::SIGKILL);
            sys::reap(self.pid, 0);
        }
    }
}

/// Inner's end of the line to outer.
pub struct Line {
    stream: UnixStream,
}

impl Line {
    /// Waits for the plan and the streams of the command.
    pub fn plan(&self) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
        message::receive(&self.stream)
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

/// A helper whose command runs.
struct Outer {
    inner: Inner,
    signals: OwnedFd,
    stubs: Stubs,
}

impl Outer {
    fn watch(&mut self, control: &UnixStream) -> i32 {
        let mut asked: Option<Instant> = None;
        loop {
            if let Some(code) = self.inner.reap(libc::WNOHANG) {
                return self.finish(code, control);
            }
            let limit = asked.map(|asked| PATIENCE.saturating_sub(asked.elapsed()));
            if limit == Some(Duration::ZERO) {
                sys::kill(self.inner.pid, libc::SIGKILL);
                if let Some(code) = self.inner.reap(0) {
                    return self.finish(code, control);
                }
            }
            let mut events = vec![PollFd::new(&self.signals, PollFlags::IN)];
            if asked.is_none() {
                events.push(PollFd::new(control, PollFlags::IN));
            }
            let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
            let _ = poll(&mut events, limit.as_ref());
            let server_is_gone = events.get(1).is_some_and(|event| !event.revents().is_empty());
            let told_to_end = told_to_end(&self.signals);
            if asked.is_none() && (server_is_gone || told_to_end) {
                sys::kill(self.inner.pid, libc::SIGTERM);
                asked = Some(Instant::now());
            }
        }
    }

    /// Until the server has no use for this helper any more, or has forgotten it.
    fn wait_for_successor(&self, control: &UnixStream) {
        let _ = told_to_end(&self.signals);
        let mut events = [PollFd::new(control, PollFlags::IN), PollFd::new(&self.signals, PollFlags::IN)];
        let _ = poll(&mut events, Some(&LINGERING));
    }

    fn finish(&mut self, code: i32, control: &UnixStream) -> i32 {
        if self.inner.readiness == Readiness::Plain {
            // Usually there is nothing left. If inner was killed, its orphans are ours now.
            tree::end_all();
        }
        if !self.inner.has_reported() {
            let limit = self.inner.leaf.as_ref().and_then(Leaf::reached);
            helper::report(control, &Report::Ended { code, limit });
        }
        if !self.stubs.is_empty() {
            // Commands often come in series.
            self.wait_for_successor(control);
        }
        self.stubs.remove();
        code
    }
}

/// How long what the next command may need too is kept for it.
const LINGERING: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Empties the signal descriptor; whether there was more than news of children.
fn told_to_end(signals: &OwnedFd) -> bool {
    let mut buffer = [0; 256];
    let mut told = false;
    while let Ok(count) = rustix::io::read(signals.as_fd(), &mut buffer) {
        if count == 0 {
            break;
        }
        // Each record of 128 bytes begins with the number of the signal.
        let numbers = buffer.chunks(128).take(count / 128).filter_map(|record| record.first_chunk());
        told |=
            numbers.map(|number| u32::from_ne_bytes(*number)).any(|number| number != libc::SIGCHLD as u32);
    }
    told
}
