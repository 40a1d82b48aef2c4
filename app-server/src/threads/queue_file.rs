//! The file with the queue of one thread. It is replaced as a whole; an empty queue has none. All of it blocks.
//!
//! A message stays in the file until the turn that it begins has stored it: until then it is marked with that turn. Should
//! the process die in between, the stored conversation says whether the message was taken or waits again.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{io, mem};

use codex_app_server_protocol::decode;
use codex_app_server_protocol::v2::thread_queue::QueuedSubmission;
use codex_core::base::files;
use codex_core::base::time::now_ms;
use codex_core::rollout;
use codex_core::rollout::begun::{self, Wanted};
use codex_core::rollout::lock::WriterLock;
use codex_protocol::ids::{ConversationId, TurnId};
use serde::{Deserialize, Serialize};

/// A message, and the turn that takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    #[serde(flatten)]
    pub queued: QueuedSubmission,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<TurnId>,
}

impl Entry {
    pub fn waiting(queued: QueuedSubmission) -> Self {
        Self { queued, taken_by: None }
    }
}

/// More than a full queue; what is longer was not written here.
const LARGEST: usize = 1024 * 1024 * 1024;
/// How long another process may change queues.
const PATIENCE: Duration = Duration::from_secs(2);

/// The right to change queues, among processes.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    files::lock_to_append(&folder.join("lock"), Instant::now() + PATIENCE)
}

/// Drops what has been taken, and lets that wait again which no turn has taken and none is about to. Returns the turns
/// that have taken something.
pub(super) fn settle(
    entries: &mut Vec<Entry>,
    (home, thread): (&Path, ConversationId),
    is_about_to: impl Fn(&TurnId) -> bool,
) -> io::Result<Vec<TurnId>> {
    let (mut stored, mut left) = (Vec::new(), Vec::new());
    for mut entry in mem::take(entries) {
        if let Some(turn) = entry.taken_by.take() {
            let wanted = Wanted { thread, turn: &turn, client_id: &entry.queued.client_user_message_id };
            if begun::has_message(home, wanted).map_err(io::Error::other)? {
                stored.push(turn);
                continue;
            }
            let is_being_taken = is_about_to(&turn) || is_written_elsewhere(home, thread);
            entry.taken_by = is_being_taken.then_some(turn);
        }
        left.push(entry);
    }
    *entries = left;
    Ok(stored)
}

/// Whether another process has the thread, and so knows better.
fn is_written_elsewhere(home: &Path, thread: ConversationId) -> bool {
    match WriterLock::take(home, thread) {
        Err(rollout::Error::ActiveWriter { owner, .. }) => !owner.is_this_process(),
        Ok(_) | Err(_) => false,
    }
}

/// What the file says. One that is broken is set aside, for a person to look at.
pub(super) fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let bytes = match files::read_whole(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let wrong = match serde_json::from_slice(&bytes) {
        Ok(stored) => match decode::from_value(stored) {
            Ok(entries) => return Ok(entries),
            Err(wrong) => wrong.to_string(),
        },
        Err(wrong) => wrong.to_string(),
    };
    let aside = path.with_extension(format!("broken-{}", now_ms()));
    fs::rename(path, &aside)?;
    tracing::warn!(file = %aside.display(), wrong, "the queue of a thread could not be read and is set aside");
    Ok(Vec::new())
}

pub(super) fn write(path: &Path, queue: &[Entry]) -> io::Result<()> {
    if queue.is_empty() {
        return fs::remove_file(path);
    }
    files::replace(path, |file| Ok(serde_json::to_writer(file, queue)?))
}
