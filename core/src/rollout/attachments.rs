//! What clients attach to conversations: `thread_attachments.jsonl` in the home directory.
//!
//! An attachment is known by its type and the key of what it stands for; the payload is the client's own. It stays as it
//! was first attached. What the public codex keeps of this in its database is not read; nor does it read these. All
//! functions block.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::error::Error;
use super::journal::{self, Sum};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    pub id: String,
    #[serde(flatten)]
    pub identity: Identity,
    pub payload: Value,
    /// Unix seconds.
    pub created_at: i64,
}

/// What an attachment stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub attachment_type: String,
    pub identity_key: String,
}

/// Attaches, unless that is attached already; then what there is comes back as the error.
pub fn add(
    home: &Path,
    id: ConversationId,
    identity: Identity,
    payload: Value,
    now: i64,
) -> Result<Result<Attachment, Attachment>, Error> {
    journal::decide(&file(home), |all: &Attachments| {
        if let Some(old) = all.of(&id).find(|old| old.identity == identity) {
            return Ok((None, Err(old.clone())));
        }
        let attachment = Attachment { id: Uuid::now_v7().to_string(), identity, payload, created_at: now };
        Ok((Some(Entry::Added { thread_id: id, attachment: attachment.clone() }), Ok(attachment)))
    })
}

/// What was removed, if there was anything.
pub fn remove(home: &Path, id: ConversationId, identity: &Identity) -> Result<Option<Attachment>, Error> {
    journal::decide(&file(home), |all: &Attachments| {
        let found = all.of(&id).find(|old| old.identity == *identity).cloned();
        let removed = |found: &Attachment| Entry::Removed { thread_id: id, attachment_id: found.id.clone() };
        Ok::<_, Error>((found.as_ref().map(removed), found))
    })
}

/// In the order in which they were attached.
pub fn list(home: &Path, id: ConversationId) -> Result<Vec<Attachment>, Error> {
    Ok(journal::read::<Attachments>(&file(home))?.of(&id).cloned().collect())
}

/// The conversations to which this is attached, the first one first.
pub fn owners(home: &Path, identity: &Identity) -> Result<Vec<ConversationId>, Error> {
    let all: Attachments = journal::read(&file(home))?;
    let has = |id: &ConversationId| all.of(id).any(|attachment| attachment.identity == *identity);
    let mut owners: Vec<ConversationId> = all.threads.keys().filter(|id| has(id)).copied().collect();
    owners.sort();
    Ok(owners)
}

fn file(home: &Path) -> PathBuf {
    home.join("thread_attachments.jsonl")
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Entry {
    Added { thread_id: ConversationId, attachment: Attachment },
    Removed { thread_id: ConversationId, attachment_id: String },
}

#[derive(Default)]
struct Attachments {
    threads: HashMap<ConversationId, Vec<Attachment>>,
}

impl Attachments {
    fn of(&self, id: &ConversationId) -> impl Iterator<Item = &Attachment> {
        self.threads.get(id).into_iter().flatten()
    }
}

impl Sum for Attachments {
    type Entry = Entry;

    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Added { thread_id, attachment } => {
                self.threads.entry(thread_id).or_default().push(attachment);
            }
            Entry::Removed { thread_id, attachment_id } => {
                if let Some(attachments) = self.threads.get_mut(&thread_id) {
                    attachments.retain(|attachment| attachment.id != attachment_id);
                }
            }
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let added = |(id, attachments): (&ConversationId, &Vec<Attachment>)| {
            let added =
                |attachment: &Attachment| Entry::Added { thread_id: *id, attachment: attachment.clone() };
            attachments.iter().map(added).collect::<Vec<_>>()
        };
        self.threads.iter().flat_map(added).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_attached_stays_as_it_was_until_it_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let [one, two] = ["01a20507-a775-7583-bb12-000000000001", "01a20507-a775-7583-bb12-000000000002"]
            .map(|id| id.parse::<ConversationId>().unwrap());
        let identity = |key: &str| Identity { attachment_type: "pr".into(), identity_key: key.into() };
        let first = add(home, one, identity("a"), json!({"n": 1}), 5).unwrap().unwrap();
        let old = add(home, one, identity("a"), json!({"n": 2}), 6).unwrap().unwrap_err();
        assert_eq!((&old, old.created_at), (&first, 5));
        add(home, one, identity("b"), json!(null), 6).unwrap().unwrap();
        add(home, two, identity("a"), json!([]), 6).unwrap().unwrap();
        assert_eq!(list(home, one).unwrap().len(), 2);
        assert_eq!(owners(home, &identity("a")).unwrap(), [one, two]);
        assert_eq!(remove(home, one, &identity("a")).unwrap(), Some(first));
        assert_eq!(remove(home, one, &identity("a")).unwrap(), None);
        assert_eq!(owners(home, &identity("a")).unwrap(), [two]);
        let all: Attachments = journal::read(&file(home)).unwrap();
        assert_eq!(all.entries().len(), 2);
    }
}
