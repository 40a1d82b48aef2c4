//! What clients say of conversations beside their histories: names, sections, and the state of the
//! repository.
//!
//! The state of the repository stands in `session_metadata.jsonl` in the home directory, which is written and read
//! as that of the names is: one line appended for each change, and the last line of a conversation counts.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use codex_protocol::git::GitInfo;
use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::lines::Lines;
use super::names::{self, Names};
use super::sections::{self, Sections};
use super::{attachments, line, stamp};

#[derive(Serialize, Deserialize)]
struct Entry {
    id: ConversationId,
    git: GitInfo,
    #[serde(default)]
    updated_at: String,
}

#[derive(Debug, Default)]
pub(super) struct Marks {
    pub names: Names,
    pub git: HashMap<ConversationId, GitInfo>,
    pub sections: Sections,
}

impl Marks {
    pub fn read(home: &Path) -> Result<Self, Error> {
        Ok(Self { names: names::read(home)?, git: read_git(home)?, sections: sections::read(home)? })
    }
}

/// A conversation is gone: nothing more is said of it.
pub fn forget(home: &Path, id: ConversationId, now_ms: i64) -> Result<(), Error> {
    if names::read(home)?.contains_key(&id) {
        names::set(home, id, "", now_ms)?;
    }
    sections::forget(home, id)?;
    attachments::forget(home, id)
}

/// What was said of the repository of a conversation; nothing if nobody said anything.
pub fn git_of(home: &Path, id: ConversationId) -> Result<Option<GitInfo>, Error> {
    Ok(read_git(home)?.remove(&id))
}

/// Says in which state the repository of a conversation is.
pub fn set_git(home: &Path, id: ConversationId, git: GitInfo, now_ms: i64) -> Result<(), Error> {
    let entry = Entry { id, git, updated_at: stamp::timestamp(now_ms) };
    let mut text = serde_json::to_string(&entry)
        .map_err(|source| Error::Encode { what: "metadata", source: source.into() })?;
    text.push('\n');
    let path = file(home);
    names::append(&path, text).map_err(|source| Error::io("write", &path, source))
}

fn read_git(home: &Path) -> Result<HashMap<ConversationId, GitInfo>, Error> {
    let path = file(home);
    let fail = |source| Error::io("read", &path, source);
    let mut lines = match Lines::open(&path) {
        Ok(lines) => lines,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashMap::new()),
        Err(error) => return Err(fail(error)),
    };
    let mut git = HashMap::new();
    while let Some(line) = lines.next().map_err(fail)? {
        if let Ok(entry) = serde_json::from_slice::<Entry>(line::trimmed(line.bytes)) {
            git.insert(entry.id, entry.git);
        }
    }
    Ok(git)
}

fn file(home: &Path) -> PathBuf {
    home.join("session_metadata.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_conversation_counts() {
        let home = tempfile::tempdir().unwrap();
        let (id, other) = (ConversationId::new(), ConversationId::new());
        assert_eq!(git_of(home.path(), id).unwrap(), None);
        let on = |branch: &str| GitInfo { branch: Some(branch.to_owned()), ..GitInfo::default() };
        set_git(home.path(), id, on("a"), 0).unwrap();
        std::fs::write(file(home.path()), std::fs::read_to_string(file(home.path())).unwrap() + "cut off")
            .unwrap();
        set_git(home.path(), other, on("b"), 0).unwrap();
        set_git(home.path(), id, on("c"), 0).unwrap();
        let marks = Marks::read(home.path()).unwrap();
        assert_eq!((&marks.git[&id], &marks.git[&other]), (&on("c"), &on("b")));
    }
}
