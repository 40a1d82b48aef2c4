//! The app server: the process that an editor starts, and all between its pipes and the engine.
//!
//! Layers, each of which uses only those below it:
//!
//! ```text
//! 6 main, run, commands    process
//! 5 connection             the loop, handshake, shutdown
//! 4 router, lanes          which handler, in what order
//! 3 handlers, context      behaviour per method, and all it may use
//!   threads                one pump per loaded thread
//! 2 projection, convert    pure: events to the wire, the wire to the engine
//! 1 handle outgoing client identity error transport args logging
//! ```
//!
//! Within layer 3, handlers know context, and context knows threads. Within layer 1, outgoing knows client and
//! transport, and handle knows error.

pub mod args;
pub mod client;
pub mod commands;
mod connection;
pub mod context;
mod convert;
pub mod error;
pub mod handle;
mod handlers;
mod handshake;
pub mod identity;
mod lanes;
pub mod logging;
pub mod outgoing;
mod projection;
mod router;
pub mod shutdown;
mod threads;
pub mod transport;

use std::sync::Arc;

use crate::client::ClientCell;
use crate::connection::{Connection, Parts};
use crate::context::{Context, ServerConfig};
use crate::outgoing::{Outgoing, Questions};
use crate::shutdown::Leftovers;
use crate::threads::Threads;

/// Serves one client until its input ends, it does not listen any more, or `shutdown` is ready; then stops
/// everything in order.
pub async fn run(
    config: ServerConfig,
    connection: transport::Connection,
    shutdown: impl Future<Output = ()>,
) -> Leftovers {
    let transport::Connection { incoming, lines, tasks } = connection;
    let client = ClientCell::default();
    let questions = Questions::default();
    let outgoing = Outgoing::new(lines.clone(), client.clone(), questions.clone());
    let group = config.conversations.shared().group.clone();
    let threads = Threads::new(group);
    let context = Context::new(outgoing, client.clone(), Arc::new(config), threads);
    let parts = Parts { incoming, lines, client, questions };
    let mut connection =
        Connection::new(parts, move |id, method, params| router::route(&context, id, method, params));
    let ended = connection.serve(shutdown).await;
    tracing::info!(?ended, "stopping");
    shutdown::stop(connection, tasks).await
}
