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
            Some(sender) => flush(&sender).await,
            None => Ok(()),
        }
    }

    /// As flush; nothing can be recorded afterwards, and the writer ends.
    pub async fn close(&self) -> Result<(), Error> {
        match self.shared.closed() {
            Some(sender) => flush(&sender).await,
            None => Ok(()),
        }
    }
}

async fn flush(sender: &mpsc::Sender<Command>) -> Result<(), Error> {
    let (answer, result) = oneshot::channel();
    sender.send(Command::Flush(answer)).await.map_err(|_| Error::Closed)?;
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
mod tests {
    use codex_protocol::event::EventMsg;
    use codex_protocol::events::item::ItemCompletedEvent;
    use codex_protocol::events::notice::MessageEvent;
    use codex_protocol::ids::ConversationId;
    use codex_protocol::response_item::ResponseItem;
    use codex_protocol::turn_item::{AgentMessageItem, TurnItem};

    use super::super::log::tests::Disk;
    use super::*;

    struct Fixture {
        folder: tempfile::TempDir,
        group: TaskGroup,
        recorder: RolloutRecorder,
        disk: Disk,
    }

    fn path(folder: &tempfile::TempDir) -> PathBuf {
        folder.path().join("sessions/2026/11/22/r.jsonl")
    }

    fn fixture() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let group = TaskGroup::new();
        let id = ConversationId::new();
        let meta = SessionMeta::new(id, "2026-11-22T20:51:57.439Z".into(), "/w".into(), "0.169.0");
        let recorder = RolloutRecorder::create(path(&folder), meta, &group);
        let disk = match &recorder.shared.queue().writer {
            Writer::Waiting(waiting) => waiting.log.disk.clone(),
            _ => panic!(),
        };
        Fixture { folder, group, recorder, disk }
    }

    fn said(text: &str) -> RolloutItem {
        RolloutItem::ResponseItem(ResponseItem::message("user", text))
    }

    fn completed(text: &str) -> RolloutItem {
        RolloutItem::EventMsg(EventMsg::ItemCompleted(ItemCompletedEvent {
            thread_id: ConversationId::new(),
            turn_id: "t".into(),
            item: TurnItem::AgentMessage(AgentMessageItem::new("m".into(), text.into(), None)),
            started_at_ms: None,
            completed_at_ms: None,
        }))
    }

    /// Ordinal, kind and text of each line.
    fn lines(folder: &tempfile::TempDir) -> Vec<String> {
        let text = std::fs::read_to_string(path(folder)).unwrap();
        let line = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let payload = &line["payload"];
            let text = payload["content"][0]["text"].as_str().or(payload["type"].as_str()).unwrap_or("");
            format!("{} {} {text}", line["ordinal"], line["type"].as_str().unwrap())
        };
        text.lines().map(line).collect()
    }

    #[tokio::test]
    async fn nothing_happens_before_the_first_record() {
        let f = fixture();
        let warning = RolloutItem::EventMsg(EventMsg::Warning(MessageEvent { message: "w".into() }));
        assert_eq!(f.recorder.record(&[warning]).unwrap(), 0);
        f.recorder.flush().await.unwrap();
        assert_eq!(f.group.running(), 0);
        assert_eq!(std::fs::read_dir(f.folder.path()).unwrap().count(), 0);
        f.recorder.close().await.unwrap();
        assert!(matches!(f.recorder.record(&[said("late")]), Err(Error::Closed)));
    }

    #[tokio::test]
    async fn records_are_numbered_lines_behind_the_meta_line() {
        let f = fixture();
        assert_eq!(f.recorder.record(&[said("a"), said("b")]).unwrap(), 2);
        let seq = f.recorder.clone().record(&[said("c")]).unwrap();
        assert_eq!(seq, 3);
        f.recorder.until_written(seq).await.unwrap();
        assert_eq!(f.recorder.written().borrow().seq, 3);
        let expected = ["0 session_meta ", "1 response_item a", "2 response_item b", "3 response_item c"];
        assert_eq!(lines(&f.folder), expected);
        f.recorder.close().await.unwrap();
        f.group.finished().await;
        assert!(matches!(f.recorder.record(&[said("d")]), Err(Error::Closed)));
    }

    #[tokio::test]
    async fn what_was_recorded_is_written_though_all_handles_are_gone() {
        let f = fixture();
        for number in 0..300 {
            f.recorder.record(&[said(&number.to_string())]).unwrap();
        }
        drop(f.recorder);
        f.group.finished().await;
        assert_eq!(lines(&f.folder).len(), 301);
    }

    #[tokio::test]
    async fn a_full_disk_is_reported_and_leaves_no_hole_when_it_is_over() {
        let f = fixture();
        f.recorder.record(&[said("a")]).unwrap();
        f.recorder.flush().await.unwrap();
        f.disk.set(30);
        let seq = f.recorder.record(&[said("b")]).unwrap();
        let error = f.recorder.until_written(seq).await.unwrap_err();
        assert!(error.to_string().contains("r.jsonl"), "{error}");
        assert!(f.recorder.flush().await.is_err());
        assert_eq!(lines(&f.folder).len(), 2);
        f.disk.set(u64::MAX);
        let seq = f.recorder.record(&[said("c")]).unwrap();
        f.recorder.until_written(seq).await.unwrap();
        assert!(f.recorder.written().borrow().failed.is_none());
        f.recorder.flush().await.unwrap();
        let expected = ["0 session_meta ", "1 response_item a", "2 response_item b", "3 response_item c"];
        assert_eq!(lines(&f.folder), expected);
    }

    #[tokio::test]
    async fn what_a_full_disk_keeps_in_memory_is_bounded() {
        let f = fixture();
        f.disk.set(0);
        let big = said(&"x".repeat(KEPT + 1));
        let seq = f.recorder.record(&[big]).unwrap();
        assert!(f.recorder.until_written(seq).await.is_err());
        assert!(matches!(f.recorder.record(&[said("a")]), Err(Error::GivenUp)));
        f.disk.set(u64::MAX);
        // What was taken is written; what came after something that is missing is not.
        assert!(matches!(f.recorder.record(&[said("b")]), Err(Error::GivenUp)));
        f.recorder.close().await.unwrap();
        assert_eq!(lines(&f.folder).len(), 2);
    }

    #[tokio::test]
    async fn a_disk_that_hangs_takes_the_room_and_not_the_time() {
        let f = fixture();
        // Nothing is written before this test waits for something.
        let filled =
            |count: usize| (0..count).map(|_| f.recorder.record(&[said("x")])).all(|seq| seq.is_ok());
        assert!(filled(ROOM - 1) && f.recorder.has_room());
        assert!(filled(1) && !f.recorder.has_room());
        f.recorder.room().await;
        assert!(filled(QUEUE));
        assert!(matches!(f.recorder.record(&[said("x")]), Err(Error::GivenUp)));
        f.recorder.close().await.unwrap();
        assert_eq!(lines(&f.folder).len(), 1 + ROOM + QUEUE);
    }

    #[tokio::test]
    async fn only_what_is_whole_counts_as_written() {
        let f = fixture();
        f.recorder.record(&[said("a")]).unwrap();
        f.recorder.flush().await.unwrap();
        let line = std::fs::read_to_string(path(&f.folder)).unwrap().lines().last().unwrap().len() as u64 + 1;
        f.disk.set(2 * line + 3);
        let seqs =
            [f.recorder.record(&[said("b")]).unwrap(), f.recorder.record(&[said("c"), said("d")]).unwrap()];
        assert!(f.recorder.flush().await.is_err());
        assert!(f.recorder.until_written(seqs[0]).await.is_ok());
        assert!(f.recorder.until_written(seqs[1]).await.is_err(), "only half of it is there");
        f.disk.set(u64::MAX);
        f.recorder.flush().await.unwrap();
        assert!(f.recorder.until_written(seqs[1]).await.is_ok());
        assert_eq!(
            lines(&f.folder)[1..].join(","),
            "1 response_item a,2 response_item b,3 response_item c,4 response_item d"
        );
    }

    #[tokio::test]
    async fn a_file_of_2025_is_continued_in_its_form() {
        let f = fixture();
        let path = path(&f.folder);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "").unwrap();
        let recorder = RolloutRecorder::append_to(path, WriterLock::none(), Found::default(), &f.group);
        assert_eq!(recorder.record(&[completed("hi")]).unwrap(), 1);
        recorder.close().await.unwrap();
        assert_eq!(lines(&f.folder), ["null event_msg item_completed", "null event_msg agent_message"]);
    }

    #[tokio::test]
    async fn without_a_file_everything_counts_as_written() {
        let recorder = RolloutRecorder::none();
        let seq = recorder.record(&[said("a"), said("b")]).unwrap();
        assert_eq!(seq, 2);
        recorder.until_written(seq).await.unwrap();
        recorder.flush().await.unwrap();
        recorder.close().await.unwrap();
        assert_eq!(recorder.path(), None);
    }
}
