//! The order of stopping, and the signals that start it.
//!
//! Stopping goes backwards through what was started: no new requests, the engine, the pumps, the writer. Each step
//! ends because queues close and task groups empty, and each has a limit after which the process ends all the
//! same, with an exit code that says so. A second signal does not wait for any of it.

use std::time::Duration;

use codex_core::base::spawn::TaskGroup;

/// Time for requests under way.
pub(crate) const REQUESTS_LIMIT: Duration = Duration::from_secs(1);

/// Time for the client to take the last lines.
pub(crate) const WRITER_LIMIT: Duration = Duration::from_secs(2);

/// What was still running when a limit was hit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers(Vec<&'static str>);

impl Leftovers {
    /// Waits for a step, but not longer than its limit.
    pub(crate) async fn step(&mut self, name: &'static str, limit: Duration, done: impl Future<Output = ()>) {
        let overdue = tokio::time::timeout(limit, done).await.is_err();
        self.note(name, overdue);
    }

    pub(crate) fn note(&mut self, name: &'static str, overdue: bool) {
        if overdue {
            tracing::error!("shutting down: {name} did not end in time");
            self.0.push(name);
        }
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.0.is_empty())
    }
}

/// Waits for signals in the background. The first future is ready at the first signal, the second at the next.
#[cfg(unix)]
pub fn signals(tasks: &TaskGroup) -> std::io::Result<(impl Future<Output = ()>, impl Future<Output = ()>)> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(in_turn(tasks, async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }))
}

/// Waits for signals in the background. The first future is ready at the first signal, the second at the next.
#[cfg(not(unix))]
pub fn signals(tasks: &TaskGroup) -> std::io::Result<(impl Future<Output = ()>, impl Future<Output = ()>)> {
    Ok(in_turn(tasks, async || {
        let _unavailable = tokio::signal::ctrl_c().await;
    }))
}
