//! The app server: the process that an editor starts, and all between its pipes and the engine.
//!
//! Layers, each of which uses only those below it:
//!
//! ```text
//! 6 main, run, commands    process
//! 5 connection             the loop, handshake, shutdown
//! 4 router, lanes          which handler, in what order
//! 3 handlers               behaviour per method
//! 1 context handle outgoing client identity error transport args logging
//! ```
//!
//! Within layer 1, context knows outgoing, outgoing knows client and transport, and handle knows error.

pub mod args;
mod client;
pub mod commands;
mod connection;
pub mod context;
mod error;
mod handle;
mod handlers;
mod handshake;
mod identity;
mod lanes;
pub mod logging;
mod outgoing;
mod router;
pub mod shutdown;
pub mod transport;
