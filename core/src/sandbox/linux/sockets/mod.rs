//! Sockets that have a file: a command without network reaches only those of its own kind.
//!
//! A network namespace keeps a command from every socket but these, and no mount hides those that will be made
//! tomorrow. So the kernel is told to ask here at each `connect`: the socket and the address are taken out of the
//! asking process, the path is resolved once, and only if what it leads to was bound in this network the
//! connection is made, here, to exactly that. The asking process cannot exchange anything in between, since the
//! kernel does not look at its address again.

mod diag;
mod notify;
mod target;

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::io::Errno;

pub use notify::{FLAGS, Line};
use notify::{Listener, Request};
use target::Target;

/// Connections that may wait at the same time for somebody to accept them. One whose process has gone waits on.
const MOST_WAITING: usize = 512;
const YAMA: &str = "/proc/sys/kernel/yama/ptrace_scope";
/// Nothing here needs much.
const STACK_BYTES: usize = 128 * 1024;

/// Why questions could not be answered here, if they could not.
pub fn obstacle() -> Option<String> {
    if let Err(errno) = notify::can_take_descriptors() {
        return Some(format!("a process may not take a socket of another one: {errno}"));
    }
    // The strictest setting of this kernel module; it cannot be loosened until the machine starts again.
    if std::fs::read_to_string(YAMA).is_ok_and(|scope| scope.trim() == "3") {
        return Some(format!("a process may not take a socket of another one: `{YAMA}` is 3"));
    }
    diag::can_list().err().map(|errno| format!("the kernel does not list Unix sockets: {errno}"))
}

/// Answers for as long as this process lives.
pub fn watch(listener: OwnedFd) -> io::Result<()> {
    let watcher = Watcher { listener: Arc::new(Listener::new(listener)), waiting: Arc::default() };
    thread::Builder::new().stack_size(STACK_BYTES).spawn(move || watcher.run()).map(drop)
}

#[derive(Clone)]
struct Watcher {
    listener: Arc<Listener>,
    waiting: Arc<AtomicUsize>,
}

impl Watcher {
    fn run(self) {
        while let Ok(request) = self.listener.next() {
            if let Some(request) = request {
                self.handle(request);
            }
        }
    }

    fn handle(&self, request: Request) {
        match self.target(&request) {
            Err(errno) => self.listener.answer(&request, Err(errno)),
            Ok(target) if !target.may_block() => self.listener.answer(&request, target.connect()),
            Ok(target) => self.in_background(request, target),
        }
    }

    /// What is to be connected with what, if it may be.
    fn target(&self, request: &Request) -> Result<Target, Errno> {
        let target = Target::of(request)?;
        // The process may have gone, and its number may be another's, since it asked.
        if self.listener.is_waiting(request) { Ok(target) } else { Err(Errno::SRCH) }
    }

    /// One that has to wait must not keep others from connecting.
    fn in_background(&self, request: Request, target: Target) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return self.listener.answer(&request, Err(Errno::AGAIN));
        }
        let (id, watcher) = (request.id(), self.clone());
        let spawned = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
            watcher.listener.answer_to(id, target.connect());
            watcher.waiting.fetch_sub(1, Ordering::Relaxed);
        });
        if spawned.is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.listener.answer(&request, Err(Errno::AGAIN));
        }
    }
}
