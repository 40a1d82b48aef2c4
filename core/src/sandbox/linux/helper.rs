//! The helper's entry, and its words to the server.

use std::io;
use std::os::unix::net::UnixStream;

use super::{outer, sys};
use crate::sandbox::plan::{Readiness, Report};

/// Does the helper's work and ends the process.
pub fn run() -> ! {
    sys::exit_now(start().unwrap_or(125))
}

fn start() -> io::Result<i32> {
    let control = UnixStream::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
    let word = std::env::args_os().nth(1).unwrap_or_default();
    let readiness = Readiness::ALL.into_iter().find(|readiness| word == readiness.word());
    Ok(outer::run(readiness.unwrap_or(Readiness::Plain), &control))
}

/// Tells the server; it may be gone, and then there is nobody to tell.
pub fn report(control: &UnixStream, report: &Report) {
    let _ = rustix::net::send(control, &report.encode(), rustix::net::SendFlags::NOSIGNAL);
}
