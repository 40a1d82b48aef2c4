//! Conversations that are reverted again and again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::SessionMeta;
use serde_json::Value;

use super::super::cut::{self, Cut, Until};
use super::super::{list, reader, revert, tail};
use super::*;

/// A conversation in its home.
struct Stored {
    home: tempfile::TempDir,
    path: PathBuf,
}

impl Stored {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let path = location::path_of(home.path(), id, id.created_ms().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let meta = serde_json::to_string(&SessionMeta::new(id, String::new(), "/w".into(), "0.169.0"));
        let first = format!(
            "{{\"timestamp\":\"\",\"ordinal\":0,\"type\":\"session_meta\",\"payload\":{}}}\n",
            meta.unwrap()
        );
        fs::write(&path, first).unwrap();
        Self { home, path }
    }

    /// What a turn leaves in the file.
    fn add(&self, turn: &str) {
        let next = reader::load(&self.path).unwrap().next_ordinal.unwrap();
        let message = format!(
            r#"{{"type":"message","role":"user","content":[{{"type":"input_text","text":"said in {turn}"}}]}}"#
        );
        let lines = [
            ("event_msg", format!(r#"{{"type":"task_started","turn_id":"{turn}"}}"#)),
            ("event_msg", format!(r#"{{"type":"user_message","message":"said in {turn}"}}"#)),
            ("response_item", message),
            ("event_msg", format!(r#"{{"type":"task_complete","turn_id":"{turn}"}}"#)),
        ];
        let mut file = File::options().append(true).open(&self.path).unwrap();
        for (ordinal, (kind, payload)) in (next..).zip(lines) {
            let line = format!(
                "{{\"timestamp\":\"2026-11-22T20:51:57.481Z\",\"ordinal\":{ordinal},\"type\":\"{kind}\",\"payload\":{payload}}}\n"
            );
            file.write_all(line.as_bytes()).unwrap();
        }
    }

    fn take_back(&mut self, turn: &str) {
        let home = self.home.path();
        let base = match cut::find(home, &self.path, &Until::Before(turn.into())).unwrap() {
            Cut::At(_, base) => Some(base),
            Cut::Nothing => None,
            other => panic!("{turn}: {other:?}"),
        };
        let meta = reader::whole_meta(&self.path).unwrap();
        self.path = revert::begin(home, &self.path, meta, base).unwrap();
    }

    /// The turns as a reader from the beginning, one from the end, and one of lines sees them.
    fn turns(&self) -> Vec<String> {
        let whole = reader::load(&self.path).unwrap();
        assert_eq!(whole.problems.count, 0, "{:?}", whole.problems);
        let chain = Chain::open(&self.path).unwrap();
        assert_eq!(chain.gaps, [""; 0]);
        let end = tail::load(&chain).unwrap().unwrap();
        assert_eq!(end.next_ordinal, whole.next_ordinal);
        let said = |loaded: &reader::Loaded| {
            let items = loaded.items.iter().map(|stored| serde_json::to_string(&stored.item).unwrap());
            items.filter(|item| item.contains("input_text")).collect::<Vec<_>>()
        };
        assert_eq!(said(&end), said(&whole));
        let mut turns = Vec::new();
        let mut lines = chain.forwards(0, chain.len());
        while let Some(line) = lines.next_line().unwrap() {
            let line: Value = serde_json::from_slice(line.bytes).unwrap();
            if line["payload"]["type"] == "task_started" {
                turns.push(line["payload"]["turn_id"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(said(&whole).len(), turns.len());
        turns
    }

    fn files(&self) -> usize {
        Chain::open(&self.path).unwrap().parts().len()
    }

    fn preview(&self) -> String {
        list::find(self.home.path(), &self.path).unwrap().unwrap().preview
    }
}

fn ordinals(path: &Path) -> Vec<u64> {
    let text = fs::read_to_string(path).unwrap();
    let line = |line| serde_json::from_str::<Value>(line).unwrap()["ordinal"].as_u64().unwrap();
    text.lines().map(line).collect()
}

#[test]
fn the_last_message_can_be_edited_a_hundred_times() {
    let mut stored = Stored::new();
    stored.add("first");
    stored.add("edit 0");
    for number in 0..100 {
        stored.take_back(&format!("edit {number}"));
        assert_eq!(stored.turns(), ["first"]);
        stored.add(&format!("edit {}", number + 1));
    }
    assert_eq!(stored.turns(), ["first", "edit 100"]);
    assert_eq!((stored.preview().as_str(), stored.files()), ("said in first", 2));
}

#[test]
fn the_first_message_can_be_edited_a_hundred_times() {
    let mut stored = Stored::new();
    stored.add("edit 0");
    for number in 0..100 {
        stored.take_back(&format!("edit {number}"));
        stored.add(&format!("edit {}", number + 1));
    }
    assert_eq!((stored.turns(), stored.files()), (vec!["edit 100".to_owned()], 1));
    assert_eq!(stored.preview(), "said in edit 100");
}

#[test]
fn nothing_is_lost_by_a_hundred_reverts_and_the_chain_stays_short() {
    let mut stored = Stored::new();
    stored.add("kept 0");
    for number in 1..=100 {
        stored.add(&format!("taken {number}"));
        stored.take_back(&format!("taken {number}"));
        stored.add(&format!("kept {number}"));
        assert!(stored.files() <= LONG, "{} files", stored.files());
    }
    let expected: Vec<_> = (0..=100).map(|number| format!("kept {number}")).collect();
    assert_eq!(stored.turns(), expected);
    assert_eq!(stored.preview(), "said in kept 0");
    // All of them can still be found.
    stored.take_back("kept 3");
    assert_eq!(stored.turns(), expected[..3]);
}

#[test]
fn what_is_copied_is_numbered_without_gaps_and_a_long_beginning_stays_where_it_is() {
    let mut stored = Stored::new();
    let first = stored.path.clone();
    (0..200).for_each(|number| stored.add(&format!("long {number}")));
    let before = fs::read_to_string(&first).unwrap();
    let mut shortest = usize::MAX;
    for number in 0..40 {
        let files = stored.files();
        stored.add(&format!("kept {number}"));
        stored.add(&format!("taken {number}"));
        stored.take_back(&format!("taken {number}"));
        if stored.files() <= files {
            shortest = shortest.min(stored.files());
            let numbers = ordinals(&stored.path);
            assert!(numbers.len() > 100, "{}", numbers.len());
            assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
        }
    }
    assert!(fs::read_to_string(&first).unwrap().starts_with(&before));
    assert_eq!((shortest, stored.turns().len()), (2, 240));
}
