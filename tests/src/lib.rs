//! The harness of the tests that run the real binary: a client, a model server, homes and processes.
//!
//! `AppServer` speaks the wire and nothing else, so that a test sees what an editor would see; it knows no type of
//! the server. The harness fails by panicking, with both directions of the pipe and the server's log in the
//! test's output. It never sleeps: it waits for a message, for the end of a process, or for a gate of the model
//! server, and gives up after one generous limit.
#![allow(clippy::unwrap_used, reason = "a harness reports its own failure by panicking")]
#![allow(
    clippy::indexing_slicing,
    reason = "absent members of JSON read as null; other indices are the test's own"
)]
#![allow(clippy::print_stderr, reason = "the test runner shows what a failing test wrote to stderr")]

pub mod bare;
pub mod binary;
#[cfg(feature = "otel")]
pub mod collector;
pub mod home;
mod inbox;
pub mod model;
pub mod normalize;
mod other_wires;
pub mod process;
pub mod program;
pub mod reply;
pub mod server;
pub mod trace;
pub mod tracer;
pub mod turn;
pub mod vendor;

/// How long anything may take before a test gives up. Nothing that works comes near it.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
