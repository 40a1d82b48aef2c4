//! Facts that wait for the client.
//!
//! They leave in order, each only when the line of the rollout that holds it has been written: what
//! a client has seen survives the death of this process, and the end of a turn that of the machine. Where writing fails, the client is told so
//! before the first fact of the turn that is not stored, and with that the turn has failed, which the session hears too; it
//! is told once more if the rest of the turn is not even kept to be written later. Facts are boxed, because a queue of values takes its room for every loaded conversation, used or not.

use std::collections::VecDeque;
use std::time::Duration;

use codex_protocol::error_info::CodexErrorInfo;
use codex_protocol::event::{Event, EventMsg};
use codex_protocol::events::notice::ErrorEvent;
use codex_protocol::events::turn::TurnCompleteEvent;
use codex_protocol::ids::TurnId;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::rollout::error::Error;
use crate::rollout::recorder::{Place, Written};

/// With this many waiting the session stops hearing its turn.
pub const OUTBOX_LIMIT: usize = 64;

#[derive(Debug)]
pub struct Outbox {
    waiting: VecDeque<Waiting>,
    events: mpsc::Sender<Box<Event>>,
    written: watch::Receiver<Written>,
    /// The last turns of which the client knows that they are not stored, and whether they are lost.
    unstored: VecDeque<(TurnId, Loss)>,
    /// Of which the session does not know yet.
    failures: Vec<NotStored>,
}

/// A turn that has failed for its client, because it could not be stored.
#[derive(Debug)]
pub struct NotStored {
    pub turn_id: TurnId,
    pub error: ErrorEvent,
    /// Its end, as it is told now; absent if it has not come yet, or told of an error already.
    pub end: Option<TurnCompleteEvent>,
}

/// Facts of this many turns come at a time: of the running one, and of commands that outlived theirs.
const TOLD_TURNS: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// It is written when that is possible again.
    Kept,
    /// It was not even taken.
    Lost,
}

#[derive(Debug)]
struct Waiting {
    event: Box<Event>,
    line: Line,
}

/// Where the line that holds a fact must be, if it is of a kind that is kept; or why it could not be recorded.
pub type Line = Result<Option<Place>, Error>;

/// A line on its way to the disk.
#[derive(Debug)]
pub struct Stored {
    line: Line,
    written: watch::Receiver<Written>,
}

/// How long a client waits for the disk, and the session for the client.
const PATIENCE: Duration = Duration::from_secs(2);

impl Stored {
    /// What became of it, or why that is not known.
    pub async fn outcome(&mut self) -> Result<(), String> {
        let place = match &self.line {
            Ok(Some(place)) => *place,
            Ok(None) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let tried = self.written.wait_for(|written| written.outcome(place).is_some());
        match timeout(PATIENCE, tried).await {
            Ok(Ok(written)) => written.outcome(place).unwrap_or(Ok(())).map_err(|error| error.to_string()),
            Ok(Err(_gone)) => Err(Error::Closed.to_string()),
            Err(_elapsed) => Err("the disk does not answer".to_owned()),
        }
    }
}

impl Outbox {
    pub fn new(events: mpsc::Sender<Box<Event>>, written: watch::Receiver<Written>) -> Self {
        Self { waiting: VecDeque::new(), events, written, unstored: VecDeque::new(), failures: Vec::new() }
    }

    /// For whoever is to be told when a line is on the disk.
    pub fn watch(&self, line: &Line) -> Stored {
        Stored { line: line.clone(), written: self.written.clone() }
    }

    pub fn has_room(&self) -> bool {
        self.waiting.len() < OUTBOX_LIMIT
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds a fact; its line must be written first.
    pub fn push(&mut self, event: Event, line: Line) {
        let event = Box::new(event);
        if self.waiting.is_empty() && self.outcome(&line).is_some_and(|outcome| outcome.is_ok()) {
            match self.events.try_reserve() {
                Ok(permit) => return permit.send(event),
                Err(mpsc::error::TrySendError::Closed(())) => return,
                Err(mpsc::error::TrySendError::Full(())) => {}
            }
        }
        self.waiting.push_back(Waiting { event, line });
    }

    /// Sends at least one of the waiting facts. May be dropped at any await without losing any.
    pub async fn send_some(&mut self) {
        self.first_tried().await;
        self.tell_of_failure();
        match self.events.reserve().await {
            Ok(permit) => {
                if let Some(first) = self.waiting.pop_front() {
                    permit.send(first.event);
                }
            }
            // Nobody listens any more.
            Err(_closed) => self.waiting.clear(),
        }
        while self.waiting.front().is_some_and(|first| self.outcome(&first.line).is_some()) {
            self.tell_of_failure();
            let Ok(permit) = self.events.try_reserve() else { break };
            if let Some(first) = self.waiting.pop_front() {
                permit.send(first.event);
            }
        }
    }

    /// Puts an error in front of the first fact of its turn that could not be stored; behind it, if with it the turn
    /// only begins, since before that there is no turn that could fail.
    fn tell_of_failure(&mut self) {
        let Some(first) = self.waiting.front() else { return };
        let Some(Err(error)) = self.outcome(&first.line) else { return };
        let loss = if first.line.is_err() { Loss::Lost } else { Loss::Kept };
        let id = first.event.id.clone();
        if self.unstored.iter().any(|(told, of)| *told == id && *of == loss) {
            return;
        }
        if self.unstored.len() == TOLD_TURNS {
            self.unstored.pop_front();
        }
        self.unstored.push_back((id.clone(), loss));
        let outlook = match loss {
            Loss::Kept => {
                "What follows is kept in memory and written when that is possible again; make room, or the end of \
                 the server loses it."
            }
            Loss::Lost => {
                "From here on nothing more of it is written; make room and resume it, which takes up what was \
                 written before."
            }
        };
        let error = ErrorEvent {
            message: format!("The conversation could not be stored: {error}. {outlook}"),
            codex_error_info: Some(CodexErrorInfo::Other),
            additional_details: None,
        };
        let begins = matches!(first.event.msg, EventMsg::TurnStarted(_));
        let end = self.waiting.iter_mut().find_map(|waiting| match &mut waiting.event.msg {
            EventMsg::TurnComplete(end) if waiting.event.id == id && end.error.is_none() => {
                end.error = Some(error.clone());
                Some(end.clone())
            }
            _ => None,
        });
        self.failures.push(NotStored { turn_id: id.clone(), error: error.clone(), end });
        let event = Box::new(Event { id, msg: EventMsg::Error(error) });
        self.waiting.insert(usize::from(begins), Waiting { event, line: Ok(None) });
    }

    /// What the session is to know, once.
    pub fn take_failures(&mut self) -> Vec<NotStored> {
        std::mem::take(&mut self.failures)
    }

    async fn first_tried(&mut self) {
        let Some(Ok(Some(after))) = self.waiting.front().map(|first| first.line.clone()) else { return };
        // A writer that is gone writes nothing more.
        let _ = self.written.wait_for(|written| written.outcome(after).is_some()).await;
    }

    /// What became of the line; nothing yet while it waits to be written.
    fn outcome(&self, line: &Line) -> Option<Result<(), Error>> {
        match line {
            Ok(Some(place)) => self.written.borrow().outcome(*place),
            Ok(None) => Some(Ok(())),
            Err(error) => Some(Err(error.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use codex_protocol::events::turn::TurnStartedEvent;

    use super::*;

    fn event(id: &str) -> Event {
        Event { id: id.into(), msg: EventMsg::ShutdownComplete }
    }

    #[tokio::test]
    async fn facts_leave_in_order_and_not_before_their_line() {
        let (events, mut received) = mpsc::channel(8);
        let (writer, written) = watch::channel(Written::default());
        let mut outbox = Outbox::new(events, written);
        outbox.push(event("kept"), Ok(Some(Place::Written(1))));
        outbox.push(event("next"), Ok(None));
        assert!(futures::poll!(std::pin::pin!(outbox.send_some())).is_pending());
        assert!(received.try_recv().is_err());
        writer.send_modify(|written| (written.seq, written.tried) = (1, 1));
        outbox.send_some().await;
        assert_eq!(received.try_recv().unwrap().id.as_str(), "kept");
        assert_eq!(received.try_recv().unwrap().id.as_str(), "next");
    }

    #[tokio::test]
    async fn what_cannot_be_stored_is_told_once_for_each_turn_and_loss() {
        let (events, mut received) = mpsc::channel(16);
        let (writer, written) = watch::channel(Written::default());
        let mut outbox = Outbox::new(events, written);
        outbox.push(event("a"), Ok(Some(Place::Written(1))));
        let failed = Error::Closed;
        writer.send_modify(|written| (written.tried, written.failed) = (2, Some(failed.clone())));
        outbox.push(event("a"), Ok(Some(Place::Written(2))));
        outbox.push(event("b"), Err(failed.clone()));
        outbox.push(event("a"), Ok(Some(Place::Written(2))));
        outbox.push(event("b"), Err(failed.clone()));
        outbox.push(event("b"), Ok(None));
        outbox.push(event("a"), Err(failed));
        while !outbox.is_empty() {
            outbox.send_some().await;
        }
        let mut told = Vec::new();
        while let Ok(event) = received.try_recv() {
            told.push(format!("{} {}", event.id, matches!(event.msg, EventMsg::Error(_))));
        }
        assert_eq!(
            told,
            [
                "a true", "a false", "a false", "b true", "b false", "a false", "b false", "b false",
                "a true", "a false"
            ]
        );
    }

    #[tokio::test]
    async fn an_end_that_could_not_be_stored_is_that_of_a_turn_that_failed() {
        let (events, mut received) = mpsc::channel(8);
        let (writer, written) = watch::channel(Written::default());
        let mut outbox = Outbox::new(events, written);
        let end = TurnCompleteEvent {
            turn_id: Some("a".into()),
            root_turn_id: None,
            started_at: None,
            completed_at: None,
            duration_ms: None,
            last_agent_message: None,
            error: None,
        };
        let end = |id: &str| Event { id: id.into(), msg: EventMsg::TurnComplete(end.clone()) };
        outbox.push(event("a"), Ok(Some(Place::Written(1))));
        outbox.push(end("a"), Ok(Some(Place::Durable(2))));
        outbox.push(end("b"), Ok(None));
        writer.send_modify(|written| {
            (written.seq, written.tried, written.failed) = (1, 2, Some(Error::Closed))
        });
        while !outbox.is_empty() {
            outbox.send_some().await;
        }
        let mut told = Vec::new();
        while let Ok(event) = received.try_recv() {
            let failed = matches!(&event.msg, EventMsg::TurnComplete(end) if end.error.is_some());
            told.push((event.id.to_string(), failed));
        }
        let expected = [("a", false), ("a", false), ("a", true), ("b", false)];
        assert_eq!(told, expected.map(|(id, failed)| (id.to_owned(), failed)));
        let failures = outbox.take_failures();
        let [NotStored { end: Some(end), .. }] = &failures[..] else { panic!("{failures:?}") };
        assert!(end.error.is_some());
        assert!(outbox.take_failures().is_empty());
    }

    #[tokio::test]
    async fn the_end_of_a_turn_waits_for_the_disk() {
        let (events, mut received) = mpsc::channel(8);
        let (writer, written) = watch::channel(Written::default());
        let mut outbox = Outbox::new(events, written);
        outbox.push(event("item"), Ok(Some(Place::Written(1))));
        outbox.push(event("end"), Ok(Some(Place::Durable(2))));
        writer.send_modify(|written| (written.seq, written.tried) = (2, 2));
        outbox.send_some().await;
        assert_eq!(received.try_recv().unwrap().id.as_str(), "item");
        assert!(futures::poll!(std::pin::pin!(outbox.send_some())).is_pending());
        assert!(received.try_recv().is_err());
        writer.send_modify(|written| written.durable = 2);
        outbox.send_some().await;
        assert_eq!(received.try_recv().unwrap().id.as_str(), "end");
    }

    #[tokio::test]
    async fn a_turn_of_which_nothing_is_stored_begins_before_it_fails() {
        let (events, mut received) = mpsc::channel(8);
        let (writer, written) = watch::channel(Written::default());
        let mut outbox = Outbox::new(events, written);
        writer.send_modify(|written| (written.tried, written.failed) = (2, Some(Error::Closed)));
        let started = TurnStartedEvent {
            turn_id: None,
            root_turn_id: None,
            started_at: None,
            model_context_window: None,
        };
        outbox
            .push(Event { id: "a".into(), msg: EventMsg::TurnStarted(started) }, Ok(Some(Place::Written(1))));
        outbox.push(event("a"), Ok(Some(Place::Written(2))));
        while !outbox.is_empty() {
            outbox.send_some().await;
        }
        let mut told = Vec::new();
        while let Ok(event) = received.try_recv() {
            told.push(event.msg);
        }
        assert!(matches!(
            told[..],
            [EventMsg::TurnStarted(_), EventMsg::Error(_), EventMsg::ShutdownComplete]
        ));
    }
}
