//! The order of stopping, and the signals that start it.
//!
//! Stopping goes backwards through what was started: no new requests, the engine, the pumps, the writer. Each step
//! ends because queues close and task groups empty, and each has a limit after which the process ends all the
//! same, with an exit code that says so. A second signal does not wait for any of it.

use std::time::Duration;

use codex_core::base::spawn::TaskGroup;
use serde_json::value::RawValue;
use tokio::time::Instant;

use codex_app_server_protocol::jsonrpc::RequestId;

use crate::connection::Connection;
use crate::context::ServerConfig;
use crate::error::RpcError;
use crate::router::Routed;

/// Time for requests under way.
const REQUESTS_LIMIT: Duration = Duration::from_millis(300);

/// Time for turns to end, with the commands that they run.
const ENGINE_LIMIT: Duration = Duration::from_millis(1200);

/// Time for telemetry to be sent, beside what is written to the client.
const TELEMETRY_LIMIT: Duration = Duration::from_millis(350);

/// Time for everything. Clients kill a server that has not ended after two seconds.
const LIMIT: Duration = Duration::from_millis(1900);

/// The steps of stopping that hit their limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers(Vec<&'static str>);

/// Stops everything. The connection is the last to hold handles of what its requests use.
pub(crate) async fn stop<R>(
    connection: Connection<R>,
    server: &ServerConfig,
    transport: TaskGroup,
) -> Leftovers
where
    R: Fn(&RequestId, &str, Option<&RawValue>) -> Result<Routed, RpcError>,
{
    let deadline = Instant::now() + LIMIT;
    let mut leftovers = Leftovers::default();
    leftovers.note("requests", connection.finish(REQUESTS_LIMIT).await);
    // With the conversations end the pumps, which hold the last handles of the queue to the client.
    let ended = tokio::time::timeout(ENGINE_LIMIT, server.conversations.shutdown()).await;
    leftovers.note("conversations", ended.is_ok());
    if ended.is_err() {
        tracing::error!(tasks = server.conversations.tasks_left(), "shutting down: this is still at work");
    }
    let writing = tokio::time::timeout_at(deadline, transport.finished());
    // A collector that does not take its last facts is no failure of this process.
    let (written, ()) = tokio::join!(writing, server.telemetry.finish(TELEMETRY_LIMIT));
    leftovers.note("writing to the client", written.is_ok());
    leftovers
}

impl Leftovers {
    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.0.is_empty())
    }

    fn note(&mut self, step: &'static str, ended: bool) {
        if !ended {
            tracing::error!("shutting down: {step} did not end in time");
            self.0.push(step);
        }
    }
}

/// The signals that end the process.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// From here on signals do not end the process by themselves.
    #[cfg(unix)]
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(unix)]
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub fn listen() -> std::io::Result<Self> {
        Ok(Signals {})
    }

    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
