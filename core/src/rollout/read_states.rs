//! From where on users have not read their conversations: `thread_read_states.jsonl` in the home directory.
//!
//! A conversation of which nothing is said counts as read. Each change has a revision of its own, by which clients
//! notice that somebody else was faster. All functions block.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::Error;
use super::follow::Followed;
use super::journal::{self, Sum};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadState {
    /// Absent when all is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_unread: Option<Position>,
    pub revision: String,
}

/// Where the unread part begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Position {
    ThreadStart,
    Turn { turn_id: String },
}

impl ReadState {
    /// That of a conversation of which nothing is said.
    fn initial(id: ConversationId) -> Self {
        Self { first_unread: None, revision: format!("initial:{id}") }
    }

    fn changed(first_unread: Option<Position>) -> Self {
        Self { first_unread, revision: Uuid::new_v4().to_string() }
    }
}

/// The read states of all conversations of a home directory. Clones are handles to the same.
#[derive(Clone, Debug)]
pub struct ReadStates {
    states: Arc<Followed<States>>,
}

impl ReadStates {
    pub fn new(home: &Path) -> Self {
        Self { states: Arc::new(Followed::new(file(home))) }
    }

    /// Those of some conversations, in their order.
    pub fn of(&self, ids: &[ConversationId]) -> Result<Vec<ReadState>, Error> {
        self.states.read(|states| ids.iter().map(|id| states.of(*id)).collect())
    }

    /// There is something to read in a turn: it is unread, and what was unread before it stays so.
    pub fn add_turn(&self, id: ConversationId, turn_id: String) -> Result<ReadState, Error> {
        self.states.decide(|states| {
            let first_unread = states.of(id).first_unread.unwrap_or(Position::Turn { turn_id });
            let new = ReadState::changed(Some(first_unread));
            (Some(Entry { thread_id: id, state: Some(new.clone()) }), new)
        })
    }

    /// Somebody has read, or wants to read again. If the state has another revision, it stays and comes back as the
    /// error.
    pub fn update(
        &self,
        id: ConversationId,
        revision: &str,
        first_unread: Option<Position>,
    ) -> Result<Result<ReadState, ReadState>, Error> {
        self.states.decide(|states| {
            let old = states.of(id);
            if old.revision != revision {
                return (None, Err(old));
            }
            let new = ReadState::changed(first_unread);
            (Some(Entry { thread_id: id, state: Some(new.clone()) }), Ok(new))
        })
    }
}

/// Forgets what was said of a conversation.
pub fn forget(home: &Path, id: ConversationId) -> Result<(), Error> {
    if !journal::read::<States>(&file(home))?.states.contains_key(&id) {
        return Ok(());
    }
    journal::decide(&file(home), |_: &States| Ok((Some(Entry { thread_id: id, state: None }), ())))
}

fn file(home: &Path) -> PathBuf {
    home.join("thread_read_states.jsonl")
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    thread_id: ConversationId,
    /// Absent when nothing is said any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<ReadState>,
}

#[derive(Debug, Default)]
struct States {
    states: HashMap<ConversationId, ReadState>,
}

impl States {
    fn of(&self, id: ConversationId) -> ReadState {
        self.states.get(&id).cloned().unwrap_or_else(|| ReadState::initial(id))
    }
}

impl Sum for States {
    type Entry = Entry;

    fn add(&mut self, Entry { thread_id, state }: Entry) {
        match state {
            Some(state) => self.states.insert(thread_id, state),
            None => self.states.remove(&thread_id),
        };
    }

    fn entries(&self) -> Vec<Entry> {
        self.states.iter().map(|(id, state)| Entry { thread_id: *id, state: Some(state.clone()) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(states: &ReadStates, id: ConversationId) -> ReadState {
        states.of(&[id]).unwrap().remove(0)
    }

    fn turn(turn: &str) -> Option<Position> {
        Some(Position::Turn { turn_id: turn.into() })
    }

    #[test]
    fn the_first_unread_turn_stays_until_somebody_reads() {
        let home = tempfile::tempdir().unwrap();
        let (states, id) = (ReadStates::new(home.path()), ConversationId::new());
        let initial = one(&states, id);
        assert_eq!(initial, ReadState { first_unread: None, revision: format!("initial:{id}") });
        assert!(!file(home.path()).exists());
        let first = states.add_turn(id, "a".into()).unwrap();
        let second = states.add_turn(id, "b".into()).unwrap();
        assert_eq!((&first.first_unread, &second.first_unread), (&turn("a"), &turn("a")));
        assert_ne!(first.revision, second.revision);
        assert_eq!(states.update(id, &first.revision, None).unwrap(), Err(second.clone()));
        let read = states.update(id, &second.revision, None).unwrap().unwrap();
        assert_eq!(read.first_unread, None);
        assert_eq!(states.add_turn(id, "c".into()).unwrap().first_unread, turn("c"));
        forget(home.path(), id).unwrap();
        assert_eq!(one(&states, id), initial);
    }

    #[test]
    fn what_other_processes_add_counts_and_a_torn_line_is_ended() {
        let home = tempfile::tempdir().unwrap();
        let (here, there) = (ReadStates::new(home.path()), ReadStates::new(home.path()));
        let (id, other) = (ConversationId::new(), ConversationId::new());
        let said = there.add_turn(id, "a".into()).unwrap();
        assert_eq!(one(&here, id), said);
        let path = file(home.path());
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}{{\"thread_id\":")).unwrap();
        let added = here.add_turn(other, "x".into()).unwrap();
        assert_eq!(there.of(&[id, other]).unwrap(), [said.clone(), added.clone()]);
        assert_eq!(ReadStates::new(home.path()).of(&[id, other]).unwrap(), [said, added]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(one(&here, id), ReadState::initial(id));
    }

    #[test]
    fn the_file_stays_short() {
        let home = tempfile::tempdir().unwrap();
        let (here, there) = (ReadStates::new(home.path()), ReadStates::new(home.path()));
        let id = ConversationId::new();
        for number in 0..1200 {
            let states = if number % 2 == 0 { &here } else { &there };
            states.add_turn(id, number.to_string()).unwrap();
        }
        assert_eq!(one(&here, id), one(&there, id));
        assert_eq!(one(&here, id).first_unread, turn("0"));
        let text = std::fs::read_to_string(file(home.path())).unwrap();
        assert!(text.lines().count() < 300, "{}", text.lines().count());
    }
}
