//! The standard streams that a command is started with, the same with and without a sandbox.

use std::os::fd::OwnedFd;

/// Where a command reads and writes.
#[derive(Debug)]
pub struct Streams {
    pub stdin: Stdin,
    pub stdout: OwnedFd,
    pub stderr: OwnedFd,
}

#[derive(Debug)]
pub enum Stdin {
    /// The end of input at once.
    Null,
    /// The terminal that is given as stdout; it becomes the controlling terminal of a new session.
    Terminal,
    Fd(OwnedFd),
}
