//! The nursery: forks a helper for each order that comes down its line, until the line is closed.

use std::os::unix::net::UnixStream;

use super::broken::Step;
use super::sys::{self, Forked};
use super::{helper, outer};
use crate::sandbox::message;
use crate::sandbox::plan::{FailureKind, Readiness, Report};

/// Serves until the server is gone; a helper that it forks ends the process in here.
pub fn run(line: UnixStream) -> i32 {
    // Out of the server's session and process group, so that a Ctrl-C meant for it does not reach us.
    let _ = rustix::process::setsid();
    sys::ignore_ends_of_children();
    while let Ok((word, mut descriptors)) = message::receive(&line) {
        let (Some(readiness), Some(control)) = (Readiness::of(&word), descriptors.pop()) else { continue };
        let control = UnixStream::from(control);
        match sys::fork(0).step("starting a helper") {
            Ok(Forked::Child) => {
                drop(line);
                sys::heed_ends_of_children();
                sys::exit_now(outer::run(readiness, &control));
            }
            Ok(Forked::Parent(_)) => {}
            Err(error) => {
                let message = error.to_string();
                helper::report(&control, &Report::Failed { kind: FailureKind::Setup, message });
            }
        }
    }
    0
}
