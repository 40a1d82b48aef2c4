//! The helper's entry, and its words to the server.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::fs::{Mode, OFlags};

use super::cgroup::Groups;
use super::{namespace, nursery, outer, sys};
use crate::base::descriptors;
use crate::sandbox::helpers::NURSERY;
use crate::sandbox::plan::{FailureKind, Readiness, Report};

/// The exit code of a helper that could not start its command.
pub const NOT_STARTED: i32 = 125;

/// Does the helper's work and ends the process.
pub fn run() -> ! {
    sys::exit_now(start().unwrap_or(NOT_STARTED))
}

fn start() -> io::Result<i32> {
    let line = UnixStream::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    // What is left here would outlive the line's other holders.
    sys::put(open_null()?, libc::STDIN_FILENO)?;
    let word = std::env::args_os().nth(1).unwrap_or_default();
    if let Some(limit) = std::env::args().nth(2).and_then(|limit| limit.parse().ok()) {
        descriptors::lower(limit);
    }
    if word == NURSERY {
        return Ok(nursery::run(line));
    }
    let groups = Groups::find();
    let readiness = Readiness::of(word.as_encoded_bytes()).unwrap_or(Readiness::Plain);
    if readiness == Readiness::Isolated
        && let Err(broken) = namespace::isolate_network()
    {
        report(&line, &Report::Failed { kind: FailureKind::Setup, message: broken.to_string() });
        return Ok(NOT_STARTED);
    }
    Ok(outer::run(readiness, &line, &groups))
}

pub fn open_null() -> io::Result<OwnedFd> {
    Ok(rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Tells the server; it may be gone, and then there is nobody to tell.
pub fn report(control: &UnixStream, report: &Report) {
    let _ = rustix::net::send(control, &report.encode(), rustix::net::SendFlags::NOSIGNAL);
}
