//! Facts that wait for the client.
//!
//! They leave in order, each only when the line of the rollout that holds it has been written: what
//! a client has seen survives the death of this process. They are boxed, because a queue of values
//! takes its room for every loaded conversation, used or not.

use std::collections::VecDeque;

use codex_protocol::event::Event;
use tokio::sync::{mpsc, watch};

use crate::rollout::recorder::{Seq, Written};

/// With this many waiting the session stops hearing its turn.
pub const OUTBOX_LIMIT: usize = 64;

#[derive(Debug)]
pub struct Outbox {
    waiting: VecDeque<Waiting>,
    events: mpsc::Sender<Box<Event>>,
    written: watch::Receiver<Written>,
}

#[derive(Debug)]
struct Waiting {
    event: Box<Event>,
    after: Option<Seq>,
}

impl Outbox {
    pub fn new(events: mpsc::Sender<Box<Event>>, written: watch::Receiver<Written>) -> Self {
        Self { waiting: VecDeque::new(), events, written }
    }

    pub fn has_room(&self) -> bool {
        self.waiting.len() < OUTBOX_LIMIT
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds a fact; `after` names the line that must be written first.
    pub fn push(&mut self, event: Event, after: Option<Seq>) {
        let event = Box::new(event);
        if self.waiting.is_empty() && self.is_written(after) {
            match self.events.try_reserve() {
                Ok(permit) => return permit.send(event),
                Err(mpsc::error::TrySendError::Closed(())) => return,
                Err(mpsc::error::TrySendError::Full(())) => {}
            }
        }
        self.waiting.push_back(Waiting { event, after });
    }

    /// Sends at least one of the waiting facts. May be dropped at any await without losing any.
    pub async fn send_some(&mut self) {
        self.first_written().await;
        match self.events.reserve().await {
            Ok(permit) => {
                if let Some(first) = self.waiting.pop_front() {
                    permit.send(first.event);
                }
            }
            // Nobody listens any more.
            Err(_closed) => self.waiting.clear(),
        }
        while self.waiting.front().is_some_and(|first| self.is_written(first.after)) {
            let Ok(permit) = self.events.try_reserve() else { break };
            if let Some(first) = self.waiting.pop_front() {
                permit.send(first.event);
            }
        }
    }

    async fn first_written(&mut self) {
        let Some(after) = self.waiting.front().and_then(|first| first.after) else { return };
        // A writer that is gone writes nothing more; its failure has been reported.
        let _ = self.written.wait_for(|written| written.outcome(after).is_some()).await;
    }

    fn is_written(&self, after: Option<Seq>) -> bool {
        after.is_none_or(|after| self.written.borrow().outcome(after).is_some())
    }
}

#[cfg(test)]
mod tests {
    use codex_protocol::event::EventMsg;

    use super::*;

    fn event(id: &str) -> Event {
        Event { id: id.into(), msg: EventMsg::ShutdownComplete }
    }

    #[tokio::test]
    async fn facts_leave_in_order_and_not_before_their_line() {
        let (events, mut received) = mpsc::channel(8);
        let (writer, written) = watch::channel(Written::default());
        let mut outbox = Outbox::new(events, written);
        outbox.push(event("kept"), Some(1));
        outbox.push(event("next"), None);
        assert!(futures::poll!(std::pin::pin!(outbox.send_some())).is_pending());
        assert!(received.try_recv().is_err());
        writer.send_modify(|written| (written.seq, written.tried) = (1, 1));
        outbox.send_some().await;
        assert_eq!(received.try_recv().unwrap().id.as_str(), "kept");
        assert_eq!(received.try_recv().unwrap().id.as_str(), "next");
    }
}
