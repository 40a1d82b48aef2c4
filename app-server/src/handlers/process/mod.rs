//! Processes that a client runs without a sandbox, outside of any thread.

mod kill;
mod resize_pty;
mod spawn;
mod write_stdin;
