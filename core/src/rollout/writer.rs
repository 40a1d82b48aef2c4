//! The task that owns the file of one conversation.
//!
//! It takes everything that waits and writes it at once, on a blocking thread, so that neither a
//! slow disk nor many small records hold anybody up. What could not be written is kept and tried
//! again with the next record, flush or close, so that a disk that was full leaves no hole.

use std::mem;

use tokio::sync::{mpsc, oneshot, watch};

use super::error::Error;
use super::line;
use super::log::{Failed, Log};
use crate::base::spawn::TaskGroup;

/// Counts the items of one recorder, from 1.
pub type Seq = u64;

/// How far the file is. A line counts as written when the operating system has it: it then
/// survives the end of this process, however sudden.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Everything up to here is in the file.
    pub seq: Seq,
    /// Everything up to here was tried.
    pub tried: Seq,
    /// Everything up to here is on the disk: it survives the end of the machine, too.
    pub durable: Seq,
    /// Up to where it was tried in vain to bring it to the disk.
    pub(super) not_durable: Option<(Seq, Error)>,
    /// Why not everything that was tried is in the file.
    pub failed: Option<Error>,
    /// Bytes that were tried in vain and are kept.
    pub(super) kept: usize,
}

impl Written {
    /// What became of an item; nothing yet while it waits.
    pub fn outcome(&self, place: Place) -> Option<Result<(), Error>> {
        let seq = place.seq();
        if self.seq < seq {
            return self.failed.clone().filter(|_| self.tried >= seq).map(Err);
        }
        match place {
            Place::Durable(_) if self.durable < seq => {
                let failed = self.not_durable.clone().filter(|(tried, _)| *tried >= seq);
                failed.map(|(_, error)| Err(error))
            }
            Place::Durable(_) | Place::Written(_) => Some(Ok(())),
        }
    }
}

/// Where an item is to be before somebody is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file.
    Written(Seq),
    /// On the disk.
    Durable(Seq),
}

impl Place {
    pub fn seq(self) -> Seq {
        match self {
            Self::Written(seq) | Self::Durable(seq) => seq,
        }
    }
}

pub(super) enum Command {
    Append(Batch),
    /// Answered when everything before it was tried.
    Flush(oneshot::Sender<Result<(), Error>>),
    /// The last one. Answered as a flush, when the file is closed and others may write it.
    Close(oneshot::Sender<Result<(), Error>>),
}

/// Items of one call: the parts of their lines that do not depend on their place.
pub(super) struct Batch {
    pub at_ms: i64,
    pub last: Seq,
    pub bodies: Vec<u8>,
    /// Whether somebody waits for it to be on the disk.
    pub durable: bool,
}

/// What a writer begins with.
pub(super) struct Start {
    pub log: Log,
    /// The body of the first line of a new file, else empty.
    pub first: Vec<u8>,
    /// Absent for files whose lines have no ordinals.
    pub next_ordinal: Option<u64>,
}

struct Writer {
    /// Absent only if the blocking thread was lost with it.
    log: Option<Log>,
    first: Vec<u8>,
    next_ordinal: Option<u64>,
    lines: Lines,
    /// What is to be brought to the disk.
    wanted: Option<Seq>,
    /// Whether something is in the file that may not be on the disk.
    dirty: bool,
    written: watch::Sender<Written>,
}

/// Lines that are not in the file yet, with the item that each part of them ends with.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    ends: Vec<(usize, Seq)>,
}

/// How much is gathered into one write.
const GATHER: usize = 1024 * 1024;

/// Runs until nobody can record any more; then tries once more what it still has.
pub(super) async fn run(
    start: Start,
    mut commands: mpsc::Receiver<Command>,
    written: watch::Sender<Written>,
    group: TaskGroup,
) {
    let Start { log, first, next_ordinal } = start;
    let lines = Lines::default();
    let mut writer =
        Writer { log: Some(log), first, next_ordinal, lines, wanted: None, dirty: false, written };
    let mut waiting = Vec::new();
    let mut closing = None;
    while let Some(command) = commands.recv().await {
        let mut next = Some(command);
        while let Some(command) = next {
            match command {
                Command::Append(batch) => writer.take(&batch),
                Command::Flush(answer) => waiting.push(answer),
                Command::Close(answer) => closing = Some(answer),
            }
            next = if writer.lines.bytes.len() < GATHER { commands.try_recv().ok() } else { None };
        }
        let result = writer.write(&group).await;
        if closing.is_some() {
            writer.wanted = writer.dirty.then_some(0);
        }
        let result = result.and(writer.bring_to_disk(&group).await);
        for answer in waiting.drain(..) {
            // Whoever asked may have gone.
            let _ = answer.send(result.clone());
        }
        if let Some(answer) = closing {
            drop(writer);
            let _ = answer.send(result);
            return;
        }
    }
    if let Err(error) = writer.write(&group).await {
        tracing::error!(%error, "the end of a conversation is not stored");
    }
    writer.wanted = writer.dirty.then_some(0);
    // That it has failed is logged, and there is nobody else to tell.
    let _ = writer.bring_to_disk(&group).await;
}

impl Writer {
    fn take(&mut self, batch: &Batch) {
        let first = mem::take(&mut self.first);
        for body in first.split_inclusive(is_line_end).chain(batch.bodies.split_inclusive(is_line_end)) {
            line::push_head(&mut self.lines.bytes, batch.at_ms, self.next_ordinal);
            self.lines.bytes.extend_from_slice(body);
            self.next_ordinal = self.next_ordinal.map(|ordinal| ordinal + 1);
        }
        self.lines.ends.push((self.lines.bytes.len(), batch.last));
        if batch.durable {
            self.wanted = Some(batch.last);
        }
    }

    /// Writes what there is and reports how that went.
    async fn write(&mut self, group: &TaskGroup) -> Result<(), Error> {
        let Some(&(_, tried)) = self.lines.ends.last() else { return Ok(()) };
        let bytes = mem::take(&mut self.lines.bytes);
        let (bytes, result) = self.append(bytes, group).await;
        let (stored, failed) = match result {
            Ok(()) => (bytes.len(), None),
            Err(failed) => (failed.stored, Some(failed.error)),
        };
        self.dirty |= stored > 0;
        let last = self.lines.settle(bytes, stored);
        self.written.send_modify(|written| {
            written.seq = last.unwrap_or(written.seq);
            written.tried = tried;
            written.failed.clone_from(&failed);
            written.kept = self.lines.bytes.len();
        });
        failed.map_or(Ok(()), Err)
    }

    /// Has the disk hold what is in the file, if somebody waits for that. Conversations do this side by side, and
    /// file systems answer those that ask together with one write of their journal.
    async fn bring_to_disk(&mut self, group: &TaskGroup) -> Result<(), Error> {
        let Some(wanted) = self.wanted else { return Ok(()) };
        // What could not be written is tried again first.
        let until = self.written.borrow().seq;
        if until < wanted {
            return Ok(());
        }
        self.wanted = None;
        let Some(mut log) = self.log.take() else { return Err(Error::Closed) };
        let task = group.spawn_blocking(move || {
            let result = log.sync();
            (log, result)
        });
        // Else the runtime is going away.
        let Ok((log, result)) = task.await else { return Err(Error::Closed) };
        self.log = Some(log);
        self.dirty = result.is_err();
        if let Err(error) = &result {
            tracing::error!(%error, "the end of a conversation may not survive the end of the machine");
        }
        self.written.send_modify(|written| match &result {
            Ok(()) => written.durable = until,
            Err(error) => written.not_durable = Some((until, error.clone())),
        });
        result
    }

    async fn append(&mut self, bytes: Vec<u8>, group: &TaskGroup) -> (Vec<u8>, Result<(), Failed>) {
        let gone = || Err(Failed { stored: 0, error: Error::Closed });
        let Some(mut log) = self.log.take() else { return (bytes, gone()) };
        let task = group.spawn_blocking(move || {
            let result = log.append(&bytes);
            (log, bytes, result)
        });
        match task.await {
            Ok((log, bytes, result)) => {
                self.log = Some(log);
                (bytes, result)
            }
            // The runtime is going away.
            Err(_) => (Vec::new(), gone()),
        }
    }
}

impl Lines {
    /// Forgets what is in the file; returns the last item that is there as a whole.
    fn settle(&mut self, mut bytes: Vec<u8>, stored: usize) -> Option<Seq> {
        let done = self.ends.partition_point(|(end, _)| *end <= stored);
        let last = self.ends.drain(..done).next_back().map(|(_, seq)| seq);
        if self.ends.is_empty() {
            // An idle conversation keeps no buffers.
            *self = Self::default();
            return last;
        }
        bytes.drain(..stored);
        self.ends.iter_mut().for_each(|(end, _)| *end -= stored);
        self.bytes = bytes;
        last
    }
}

fn is_line_end(byte: &u8) -> bool {
    *byte == b'\n'
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use codex_protocol::ids::ConversationId;
    use codex_protocol::response_item::ResponseItem;
    use codex_protocol::rollout::{RolloutItem, SessionMeta};

    use super::super::lock::WriterLock;
    use super::super::reader::{self, Loaded};
    use super::super::recorder::RolloutRecorder;
    use super::*;

    fn said(text: &str) -> RolloutItem {
        RolloutItem::ResponseItem(ResponseItem::message("user", text))
    }

    async fn recorded(recorder: &RolloutRecorder, texts: &[&str]) {
        for text in texts {
            recorder.record(&[said(text)]).unwrap();
        }
        recorder.close().await.unwrap();
    }

    async fn new_file(path: &Path, texts: &[&str]) {
        let meta = SessionMeta::new(ConversationId::new(), String::new(), "/w".into(), "0.169.0");
        recorded(&RolloutRecorder::create(path.into(), meta, &TaskGroup::new()), texts).await;
    }

    fn continued(path: &Path, loaded: &Loaded) -> RolloutRecorder {
        RolloutRecorder::append_to(path.into(), WriterLock::none(), loaded.found(), &TaskGroup::new())
    }

    fn items(loaded: &Loaded) -> Vec<&RolloutItem> {
        loaded.items.iter().map(|stored| &stored.item).collect()
    }

    #[tokio::test]
    async fn what_is_recorded_is_what_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        new_file(&path, &["a", "line\nend", "\u{2028}\0"]).await;
        let loaded = reader::load(&path).unwrap();
        assert_eq!(items(&loaded), [&said("a"), &said("line\nend"), &said("\u{2028}\0")]);
        assert_eq!((loaded.next_ordinal, loaded.problems.count, loaded.torn), (Some(4), 0, None));
    }

    #[tokio::test]
    async fn a_file_cut_at_any_byte_of_its_last_line_goes_on_with_a_fresh_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        new_file(&path, &["one", "zwölf"]).await;
        let bytes = std::fs::read(&path).unwrap();
        let last = bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        for cut in last..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let before = reader::load(&path).unwrap();
            let recorder = continued(&path, &before);
            recorded(&recorder, &["next"]).await;
            let after = reader::load(&path).unwrap();
            let whole = cut >= bytes.len() - 1;
            assert_eq!(before.torn.is_some(), cut > last && !whole, "cut at {cut}");
            let expected = if whole { vec!["one", "zwölf", "next"] } else { vec!["one", "next"] };
            let expected: Vec<_> = expected.into_iter().map(said).collect();
            assert_eq!(items(&after), expected.iter().collect::<Vec<_>>(), "cut at {cut}");
            assert_eq!((after.problems.count, after.torn), (0, None), "cut at {cut}");
            assert_eq!(after.next_ordinal, before.next_ordinal.map(|next| next + 1));
            let aside = folder.path().join("r.jsonl.torn-1");
            if before.torn.is_some() {
                assert_eq!(std::fs::read(&aside).unwrap(), bytes[last..cut]);
                std::fs::remove_file(aside).unwrap();
            }
        }
    }

    #[tokio::test]
    async fn lines_that_are_not_understood_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        new_file(&path, &["one"]).await;
        let mut text = std::fs::read_to_string(&path).unwrap();
        text += "garbage\n\n{\"type\":\"world_state\",\"ordinal\":5,\"payload\":{\"x\": 1}}\n";
        std::fs::write(&path, &text).unwrap();
        let loaded = reader::load(&path).unwrap();
        recorded(&continued(&path, &loaded), &["two"]).await;
        let after = std::fs::read_to_string(&path).unwrap();
        assert!(after.starts_with(&text.replace("garbage", "       ")));
        let aside = std::fs::read_to_string(folder.path().join("r.jsonl.torn-1")).unwrap();
        assert_eq!(aside, "garbage\n");
        assert_eq!(reader::load(&path).unwrap().problems.count, 0, "it is told once");
        assert!(after[text.len()..].contains("\"ordinal\":6,"));
    }
}
