//! The nursery: forks a helper for each order that comes down its line, until the line is closed.
//!
//! Helpers whose commands must not reach the network come from a second nursery, which the first one starts
//! when it needs it: it lives in a network of its own, so that this is made once and not for each command.
//! Commands there reach each other, such as a server under test, and nobody else.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use super::cgroup::Groups;
use super::sys::{self, Forked};
use super::{helper, namespace, outer};
use crate::sandbox::message;
use crate::sandbox::plan::{FailureKind, Readiness, Report};

/// Serves until the server is gone; a helper that it forks ends the process in here.
pub fn run(line: UnixStream) -> i32 {
    // Out of the server's session and process group, so that a Ctrl-C meant for it does not reach us.
    let _ = rustix::process::setsid();
    sys::ignore_ends_of_children();
    let groups = Groups::find();
    groups.sweep();
    let mut isolated: Option<UnixStream> = None;
    while let Some((readiness, control)) = next_order(&line) {
        let carried_out = match readiness {
            Readiness::Isolated => pass_on(&mut isolated, &control, &groups),
            Readiness::Plain | Readiness::Namespaces => start_helper(readiness, &control, &groups),
        };
        if let Err(error) = carried_out {
            refuse(&control, format!("starting a helper: {error}"));
        }
    }
    0
}

fn next_order(line: &UnixStream) -> Option<(Readiness, UnixStream)> {
    loop {
        let (word, mut descriptors) = message::receive(line).ok()?;
        if let (Some(readiness), Some(control)) = (Readiness::of(&word), descriptors.pop()) {
            return Some((readiness, control.into()));
        }
    }
}

fn start_helper(readiness: Readiness, control: &UnixStream, groups: &Groups) -> io::Result<()> {
    match sys::fork(0)? {
        Forked::Parent(_) => Ok(()),
        Forked::Child => {
            sys::close_all_but(control);
            sys::heed_ends_of_children();
            sys::exit_now(outer::run(readiness, control, groups))
        }
    }
}

/// Gives an order to the nursery in the network of its own.
fn pass_on(isolated: &mut Option<UnixStream>, control: &UnixStream, groups: &Groups) -> io::Result<()> {
    let order = |nursery: &UnixStream| {
        let control = [OwnedFd::from(control.try_clone()?)];
        message::send(nursery, Readiness::Isolated.word().as_bytes(), &control)
    };
    if let Some(nursery) = isolated
        && order(nursery).is_ok()
    {
        return Ok(());
    }
    // There was none yet, or somebody has ended it.
    order(isolated.insert(start_isolated(groups)?))
}

fn start_isolated(groups: &Groups) -> io::Result<UnixStream> {
    let (line, isolateds) = UnixStream::pair()?;
    match sys::fork(0)? {
        Forked::Parent(_) => Ok(line),
        Forked::Child => {
            sys::close_all_but(&isolateds);
            let isolated = namespace::isolate_network();
            while let Some((readiness, control)) = next_order(&isolateds) {
                let carried_out = match &isolated {
                    Ok(()) => start_helper(readiness, &control, groups),
                    Err(broken) => Err(io::Error::other(broken.to_string())),
                };
                if let Err(error) = carried_out {
                    refuse(&control, error.to_string());
                }
            }
            sys::exit_now(0)
        }
    }
}

fn refuse(control: &UnixStream, message: String) {
    helper::report(control, &Report::Failed { kind: FailureKind::Setup, message });
}
