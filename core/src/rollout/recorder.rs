//! The handle through which a session records what happens.
//!
//! Nothing is written, no file made and no task started before the first record. Recording never waits,
//! neither for the disk nor for room: whoever produces much looks whether there is some. Where more waits
//! than can be kept, the recorder gives up: it takes nothing more, so that the file is the beginning of
//! the conversation and has no hole. Who needs to know that a line is in the file watches
//! [`RolloutRecorder::written`]. A conversation that is not to be stored has the
//! recorder [`RolloutRecorder::none`], for which everything counts as written.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codex_protocol::rollout::{HistoryMode, RolloutItem, SessionMeta};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

use super::error::Error;
use super::lock::WriterLock;
use super::log::Log;
use super::mend::Broken;
use super::writer::{self, Batch, Command, Start};
pub use super::writer::{Place, Seq, Written};
use super::{legacy, line, policy};
use crate::base::spawn::TaskGroup;
use crate::base::time;

/// With this many batches waiting there is no room; what is recorded all the same still finds place, up to
/// all of the queue.
const ROOM: usize = 256;
const QUEUE: usize = 16 * ROOM;
/// When this much could not be written, the recorder gives up.
const KEPT: usize = 4 * 1024 * 1024;

/// Clones are handles to the same file.
#[derive(Clone)]
pub struct RolloutRecorder {
    shared: Arc<Shared>,
}

struct Shared {
    path: Option<PathBuf>,
    group: TaskGroup,
    /// Completed items are written in the older form as well.
    legacy: bool,
    written: watch::Sender<Written>,
    /// Held only to number a batch and put it in the place that is reserved for it.
    queue: Mutex<Queue>,
}

struct Queue {
    writer: Writer,
    seq: Seq,
}

enum Writer {
    /// Nothing is stored.
    None,
    /// Boxed, because most loaded conversations stay in this state.
    Waiting(Box<Waiting>),
    Running(mpsc::Sender<Command>),
    /// What was taken is still tried, nothing more is taken.
    GivenUp(mpsc::Sender<Command>),
    Closed,
}

struct Waiting {
    log: Log,
    /// The first line of a new file.
    first: Option<RolloutItem>,
    next_ordinal: Option<u64>,
}

/// What a reader has found in the file that is to be continued.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub next_ordinal: Option<u64>,
    pub broken: Vec<Broken>,
}

impl RolloutRecorder {
    /// For a new conversation; the file and its folders appear with the first record.
    pub fn create(path: PathBuf, meta: SessionMeta, group: &TaskGroup) -> Self {
        let next_ordinal = match meta.history_mode {
            HistoryMode::Legacy => None,
            HistoryMode::Paginated => Some(meta.base().map_or(0, |(_, end)| end)),
        };
        let log = Log::new_file(path.clone(), meta.id);
        let first = Some(RolloutItem::SessionMeta(Box::new(meta)));
        Self::stored(path, group, Waiting { log, first, next_ordinal })
    }

    /// For a conversation that was loaded after the right to write it was taken.
    pub fn append_to(path: PathBuf, lock: WriterLock, found: Found, group: &TaskGroup) -> Self {
        let log = Log::existing(path.clone(), lock, found.broken);
        Self::stored(path, group, Waiting { log, first: None, next_ordinal: found.next_ordinal })
    }

    /// For a conversation that is not stored.
    pub fn none() -> Self {
        Self::new(None, TaskGroup::new(), Writer::None)
    }

    fn stored(path: PathBuf, group: &TaskGroup, waiting: Waiting) -> Self {
        Self::new(Some(path), group.clone(), Writer::Waiting(Box::new(waiting)))
    }

    fn new(path: Option<PathBuf>, group: TaskGroup, writer: Writer) -> Self {
        let legacy = matches!(&writer, Writer::Waiting(waiting) if waiting.next_ordinal.is_none());
        let queue = Mutex::new(Queue { writer, seq: 0 });
        let written = watch::Sender::new(Written::default());
        Self { shared: Arc::new(Shared { path, group, legacy, written, queue }) }
    }

    /// Where the conversation is or will be stored.
    pub fn path(&self) -> Option<&Path> {
        self.shared.path.as_deref()
    }

    /// Queues what is to be kept of these items. The result names the last of them; it is written
    /// when [`Written::seq`] has reached it. Items are in the file in the order of the calls.
    pub fn record(&self, items: &[RolloutItem]) -> Result<Seq, Error> {
        self.shared.record(items, Urgency::Usual)
    }

    /// The same for what has to be on the disk before it counts, together with all before it.
    pub fn record_durably(&self, items: &[RolloutItem]) -> Result<Seq, Error> {
        self.shared.record(items, Urgency::Durable)
    }

    /// Makes the file with its first line, if it is not there yet.
    pub fn begin(&self) -> Result<(), Error> {
        let Some(sender) = self.shared.sender()? else { return Ok(()) };
        let last = self.shared.queue().seq;
        let nothing =
            Command::Append(Batch { at_ms: time::now_ms(), last, bodies: Vec::new(), durable: false });
        sender.try_send(nothing).map_err(|_| Error::GivenUp)
    }

    /// Whether there is a file, or one on its way to the disk.
    pub fn has_begun(&self) -> bool {
        match &self.shared.queue().writer {
            Writer::None => false,
            Writer::Waiting(waiting) => waiting.first.is_none(),
            Writer::Running(_) | Writer::GivenUp(_) | Writer::Closed => self.shared.path.is_some(),
        }
    }

    /// Whether the disk keeps up.
    pub fn has_room(&self) -> bool {
        match &self.shared.queue().writer {
            Writer::Running(sender) => sender.max_capacity() - sender.capacity() < ROOM,
            Writer::None | Writer::Waiting(_) | Writer::GivenUp(_) | Writer::Closed => true,
        }
    }

    /// Waits until the disk keeps up.
    pub async fn room(&self) {
        let mut written = self.written();
        while !self.has_room() {
            // The sender is a field of `self`.
            let _ = written.changed().await;
        }
    }

    /// How far the file is. Changes after every write.
    pub fn written(&self) -> watch::Receiver<Written> {
        self.shared.written.subscribe()
    }

    /// Waits until an item is in the file, or until that failed.
    #[cfg(test)]
    pub async fn until_written(&self, seq: Seq) -> Result<(), Error> {
        let mut written = self.written();
        let place = Place::Written(seq);
        let found = written.wait_for(|written| written.outcome(place).is_some()).await;
        found.ok().and_then(|written| written.outcome(place)).unwrap_or(Err(Error::Closed))
    }

    /// Waits until everything recorded before is in the file; what failed is tried again.
    pub async fn flush(&self) -> Result<(), Error> {
        match self.shared.running() {
            Some(sender) => ask(&sender, Command::Flush).await,
            None => Ok(()),
        }
    }

    /// As flush; nothing can be recorded afterwards, and the file is free for other writers when this returns.
    pub async fn close(&self) -> Result<(), Error> {
        match self.shared.closed() {
            Some(sender) => ask(&sender, Command::Close).await,
            None => Ok(()),
        }
    }
}

async fn ask(
    sender: &mpsc::Sender<Command>,
    command: impl FnOnce(oneshot::Sender<Result<(), Error>>) -> Command,
) -> Result<(), Error> {
    let (answer, result) = oneshot::channel();
    sender.send(command(answer)).await.map_err(|_| Error::Closed)?;
    result.await.unwrap_or(Err(Error::Closed))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Urgency {
    Usual,
    Durable,
}

impl Shared {
    fn record(&self, items: &[RolloutItem], urgency: Urgency) -> Result<Seq, Error> {
        let (bodies, count) = self.encoded(items)?;
        if count == 0 {
            return Ok(self.queue().seq);
        }
        let Some(sender) = self.sender()? else { return Ok(self.count_as_written(count)) };
        if self.keeps_too_much() {
            return Err(self.give_up());
        }
        let at_ms = time::now_ms();
        let mut queue = self.queue();
        let last = queue.seq + count;
        match sender.try_send(Command::Append(Batch {
            at_ms,
            last,
            bodies,
            durable: urgency == Urgency::Durable,
        })) {
            Ok(()) => {
                queue.seq = last;
                Ok(last)
            }
            Err(TrySendError::Closed(_)) => Err(Error::Closed),
            Err(TrySendError::Full(_)) => {
                drop(queue);
                Err(self.give_up())
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A panic cannot leave it half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The writer, started if it was not yet; none if nothing is stored.
    fn sender(&self) -> Result<Option<mpsc::Sender<Command>>, Error> {
        let mut queue = self.queue();
        let waiting = match &queue.writer {
            Writer::None => return Ok(None),
            Writer::Running(sender) => return Ok(Some(sender.clone())),
            Writer::GivenUp(_) => return Err(Error::GivenUp),
            Writer::Closed => return Err(Error::Closed),
            Writer::Waiting(waiting) => waiting,
        };
        let mut first = Vec::new();
        if let Some(item) = &waiting.first {
            line::push_body(&mut first, item)?;
        }
        let (sender, commands) = mpsc::channel(QUEUE);
        let running = Writer::Running(sender.clone());
        if let Writer::Waiting(waiting) = std::mem::replace(&mut queue.writer, running) {
            let start = Start { log: waiting.log, first, next_ordinal: waiting.next_ordinal };
            let group = self.group.clone();
            self.group.spawn(writer::run(start, commands, self.written.clone(), group));
        }
        Ok(Some(sender))
    }

    fn running(&self) -> Option<mpsc::Sender<Command>> {
        match &self.queue().writer {
            Writer::Running(sender) | Writer::GivenUp(sender) => Some(sender.clone()),
            Writer::None | Writer::Waiting(_) | Writer::Closed => None,
        }
    }

    fn closed(&self) -> Option<mpsc::Sender<Command>> {
        match std::mem::replace(&mut self.queue().writer, Writer::Closed) {
            Writer::Running(sender) | Writer::GivenUp(sender) => Some(sender),
            Writer::None | Writer::Waiting(_) | Writer::Closed => None,
        }
    }

    fn give_up(&self) -> Error {
        let mut queue = self.queue();
        if let Writer::Running(sender) = &queue.writer {
            queue.writer = Writer::GivenUp(sender.clone());
        }
        Error::GivenUp
    }

    fn encoded(&self, items: &[RolloutItem]) -> Result<(Vec<u8>, Seq), Error> {
        let mut bodies = Vec::new();
        let mut count = 0;
        for item in items.iter().filter(|item| policy::keeps(item)) {
            line::push_body(&mut bodies, item)?;
            count += 1;
            if let (true, RolloutItem::EventMsg(event)) = (self.legacy, item) {
                for twin in legacy::twins(event) {
                    line::push_body(&mut bodies, &RolloutItem::EventMsg(twin))?;
                }
            }
        }
        Ok((bodies, count))
    }

    fn keeps_too_much(&self) -> bool {
        let written = self.written.borrow();
        written.failed.is_some() && written.kept > KEPT
    }

    fn count_as_written(&self, count: Seq) -> Seq {
        let mut queue = self.queue();
        queue.seq += count;
        let seq = queue.seq;
        self.written.send_modify(|written| {
            written.seq = seq;
            written.tried = seq;
            written.durable = seq;
        });
        seq
    }
}

#[cfg(test)]
#[path = "recorder_tests.rs"]
mod tests;
