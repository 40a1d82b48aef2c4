//! What waits to be sent: bounded in number and size, never in the way of whoever has something to tell.
//!
//! Facts of which there are very many leave room for the others. What finds no room is dropped and counted; the log says
//! so once.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use codex_core::telemetry::{Record, Sink};
use tokio::sync::Notify;
use tokio::time::timeout;

/// How many facts wait, and how many of them may be minor ones.
const MOST: usize = 4096;
const MOST_MINOR: usize = 2048;
/// The same in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// A batch.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 1024 * 1024;
/// How long a fact waits for others to go along with.
const DELAY: Duration = Duration::from_secs(1);

#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    records: VecDeque<Record>,
    bytes: usize,
    lost: u64,
    is_closed: bool,
}

impl State {
    fn is_due(&self) -> bool {
        self.is_closed || self.records.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

impl Sink for Queue {
    fn take(&self, record: Record) {
        let (size, most) = (record.size(), if record.is_minor { MOST_MINOR } else { MOST });
        let mut state = self.state();
        if state.is_closed || state.records.len() >= most || state.bytes.saturating_add(size) > MOST_BYTES {
            state.lost += 1;
            let is_first = state.lost == 1 && !state.is_closed;
            drop(state);
            if is_first {
                tracing::warn!("telemetry is dropped: its collector does not take it fast enough");
            }
            return;
        }
        let was_empty = state.records.is_empty();
        state.bytes += size;
        state.records.push_back(record);
        if was_empty || state.is_due() {
            self.changed.notify_one();
        }
    }
}

impl Queue {
    /// The next facts to be sent; none once the queue is closed and empty. For one task.
    pub async fn batch(&self) -> Option<Vec<Record>> {
        loop {
            let (is_empty, is_closed) = {
                let state = self.state();
                (state.records.is_empty(), state.is_closed)
            };
            match (is_empty, is_closed) {
                (true, true) => return None,
                (true, false) => self.changed.notified().await,
                (false, _) => break,
            }
        }
        let filling = async {
            while !self.state().is_due() {
                self.changed.notified().await;
            }
        };
        // What there is after that time is a batch as well.
        let _ = timeout(DELAY, filling).await;
        Some(self.take_batch())
    }

    fn take_batch(&self) -> Vec<Record> {
        let mut state = self.state();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Some(record) = state.records.pop_front() else { break };
            bytes += record.size();
            batch.push(record);
        }
        state.bytes = state.bytes.saturating_sub(bytes);
        batch
    }

    /// Nothing is taken any more.
    pub fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_one();
    }

    /// Resolves when the queue is closed. For the task that takes batches.
    pub async fn closed(&self) {
        while !self.is_closed() {
            self.changed.notified().await;
        }
    }

    pub fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// These could not be delivered.
    pub fn lose(&self, count: usize) {
        self.state().lost += u64::try_from(count).unwrap_or(u64::MAX);
    }

    /// How many facts were dropped, with those that still wait.
    pub fn lost(&self) -> u64 {
        let state = self.state();
        state.lost.saturating_add(u64::try_from(state.records.len()).unwrap_or(u64::MAX))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("waiting", &self.state().records.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use codex_core::telemetry::event::Value;
    use futures::FutureExt;
    use tokio::time::Instant;

    use super::*;

    fn record(is_minor: bool, text: &str) -> Record {
        let attributes = vec![("a", Value::Text(text.to_owned()))];
        Record { nanoseconds: 0, name: "n", attributes, is_minor }
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_waits_a_moment_for_more() {
        let queue = Queue::default();
        assert!(queue.batch().now_or_never().is_none());
        let start = Instant::now();
        let telling = async {
            queue.take(record(false, "1"));
            tokio::time::sleep(DELAY / 2).await;
            queue.take(record(false, "2"));
        };
        let (batch, ()) = tokio::join!(queue.batch(), telling);
        assert_eq!(batch.map(|batch| batch.len()), Some(2));
        assert_eq!(start.elapsed(), DELAY);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_batch_goes_at_once_and_so_does_what_is_left_at_the_end() {
        let queue = Queue::default();
        (0..=BATCH).for_each(|_| queue.take(record(false, "")));
        let start = Instant::now();
        assert_eq!(queue.batch().await.map(|batch| batch.len()), Some(BATCH));
        queue.close();
        assert_eq!(queue.batch().await.map(|batch| batch.len()), Some(1));
        assert!(queue.batch().await.is_none());
        assert_eq!((start.elapsed(), queue.lost()), (Duration::ZERO, 0));
        queue.take(record(false, ""));
        assert_eq!(queue.lost(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn batches_are_bounded_in_bytes() {
        let queue = Queue::default();
        let large = "x".repeat(BATCH_BYTES / 2 + 1);
        (0..3).for_each(|_| queue.take(record(false, &large)));
        assert_eq!(queue.batch().await.map(|batch| batch.len()), Some(2));
        assert_eq!(queue.batch().await.map(|batch| batch.len()), Some(1));
        let huge = "x".repeat(MOST_BYTES);
        queue.take(record(false, &huge));
        assert_eq!(queue.lost(), 1);
    }

    #[test]
    fn minor_facts_leave_room_and_what_finds_none_is_counted() {
        let queue = Queue::default();
        (0..MOST).for_each(|_| queue.take(record(true, "")));
        assert_eq!(queue.state().records.len(), MOST_MINOR);
        (0..MOST).for_each(|_| queue.take(record(false, "")));
        assert_eq!(queue.state().records.len(), MOST);
        assert_eq!(queue.state().lost, 2 * MOST as u64 - MOST as u64);
    }
}
