//! What clients say of the repositories of conversations: `thread_repositories.jsonl` in the home directory.
//!
//! It counts before what a file says of the state in which its conversation began. All functions block.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use codex_protocol::git::GitInfo;
use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::journal::{self, Sum};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    thread_id: ConversationId,
    /// Absent when nothing is said any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    git: Option<GitInfo>,
}

#[derive(Debug, Default)]
pub(super) struct Repositories {
    git: HashMap<ConversationId, GitInfo>,
}

impl Repositories {
    pub fn of(&self, id: &ConversationId) -> Option<GitInfo> {
        self.git.get(id).cloned()
    }
}

impl Sum for Repositories {
    type Entry = Entry;

    fn add(&mut self, Entry { thread_id, git }: Entry) {
        match git {
            Some(git) => self.git.insert(thread_id, git),
            None => self.git.remove(&thread_id),
        };
    }

    fn entries(&self) -> Vec<Entry> {
        self.git.iter().map(|(id, git)| Entry { thread_id: *id, git: Some(git.clone()) }).collect()
    }
}

pub(super) fn read(home: &Path) -> Result<Repositories, Error> {
    journal::read(&file(home))
}

/// What was said of the repository of a conversation; nothing if nobody said anything.
pub fn of(home: &Path, id: ConversationId) -> Result<Option<GitInfo>, Error> {
    Ok(read(home)?.of(&id))
}

/// Says in which state the repository of a conversation is.
pub fn set(home: &Path, id: ConversationId, git: GitInfo) -> Result<(), Error> {
    journal::decide(&file(home), |_: &Repositories| Ok((Some(Entry { thread_id: id, git: Some(git) }), ())))
}

/// Forgets what was said of a conversation.
pub fn forget(home: &Path, id: ConversationId) -> Result<(), Error> {
    if of(home, id)?.is_none() {
        return Ok(());
    }
    journal::decide(&file(home), |_: &Repositories| Ok((Some(Entry { thread_id: id, git: None }), ())))
}

pub(super) fn file(home: &Path) -> PathBuf {
    home.join("thread_repositories.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_conversation_counts() {
        let home = tempfile::tempdir().unwrap();
        let (id, other) = (ConversationId::new(), ConversationId::new());
        assert_eq!(of(home.path(), id).unwrap(), None);
        let on = |branch: &str| GitInfo { branch: Some(branch.to_owned()), ..GitInfo::default() };
        set(home.path(), id, on("a")).unwrap();
        set(home.path(), other, on("b")).unwrap();
        set(home.path(), id, on("c")).unwrap();
        assert_eq!(of(home.path(), id).unwrap(), Some(on("c")));
        forget(home.path(), id).unwrap();
        assert_eq!((of(home.path(), id).unwrap(), of(home.path(), other).unwrap()), (None, Some(on("b"))));
    }
}
