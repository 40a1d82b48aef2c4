//! The helper's entry, and its words to the server.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::fs::{Mode, OFlags};

use super::{nursery, outer, sys};
use crate::sandbox::helpers::NURSERY;
use crate::sandbox::plan::{Readiness, Report};

/// Does the helper's work and ends the process.
pub fn run() -> ! {
    sys::exit_now(start().unwrap_or(125))
}

fn start() -> io::Result<i32> {
    let line = UnixStream::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    // What is left here would outlive the line's other holders.
    sys::put(open_null()?, libc::STDIN_FILENO)?;
    let word = std::env::args_os().nth(1).unwrap_or_default();
    if word == NURSERY {
        return Ok(nursery::run(line));
    }
    let readiness = Readiness::of(word.as_encoded_bytes()).unwrap_or(Readiness::Plain);
    Ok(outer::run(readiness, &line))
}

pub fn open_null() -> io::Result<OwnedFd> {
    Ok(rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Tells the server; it may be gone, and then there is nobody to tell.
pub fn report(control: &UnixStream, report: &Report) {
    let _ = rustix::net::send(control, &report.encode(), rustix::net::SendFlags::NOSIGNAL);
}
