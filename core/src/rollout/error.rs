//! What can go wrong with a stored conversation.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codex_protocol::ids::ConversationId;

use super::lock::Owner;

/// Cheap to clone, because everybody who waits for a line gets it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot {doing} {}: {source}", .path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: Arc<io::Error>,
    },
    /// The conversation was closed before.
    #[error("the conversation is closed; nothing more is stored")]
    Closed,
    #[error("more waits to be written than can be kept")]
    GivenUp,
    #[error("cannot store {what}: {source}")]
    Encode {
        what: &'static str,
        #[source]
        source: Arc<serde_json::Error>,
    },
    /// Another process writes it, or this one by another handle.
    #[error("thread {id} already has an active writer: {owner}. End it there, or use a fork of the thread")]
    ActiveWriter { id: ConversationId, owner: Owner },
    #[error(
        "{} is empty; put it back from a backup, or move it out of the folder to be rid of the conversation", .0.display()
    )]
    Empty(PathBuf),
    #[error(
        "{} has no readable first line that says which conversation it is; put the line back (`session_meta`, from a \
         backup), or move the file out of the folder to be rid of the conversation", .0.display()
    )]
    NoMeta(PathBuf),
    /// Each holds something that the other does not.
    #[error(
        "there are two different files of the conversation, {} and {}, and nothing was moved; move the one that is not \
         wanted out of both folders and try again", .one.display(), .other.display()
    )]
    Twofold { one: PathBuf, other: PathBuf },
    #[error("invalid cursor: {0}")]
    InvalidCursor(String),
}

impl Error {
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_path_buf(), source: Arc::new(source) }
    }
}
