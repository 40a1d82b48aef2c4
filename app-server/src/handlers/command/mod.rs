//! Commands that a client runs in the sandbox, outside of any thread.

mod exec;
mod resize;
mod terminate;
mod write;
