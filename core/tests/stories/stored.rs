//! What is stored of a conversation, read in every way in which it is resumed.

use std::path::{Path, PathBuf};

use codex_core::rollout::chain::Chain;
use codex_core::rollout::reader::{self, Loaded};
use codex_core::rollout::{location, tail};
use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::RolloutItem;

/// A whole file; there is nothing in it that cannot be read.
pub fn load(home: &Path, id: ConversationId) -> (PathBuf, Loaded) {
    let path = location::find(home, id).unwrap().expect("the file is there");
    let loaded = reader::load(&path).unwrap();
    assert_eq!(loaded.problems.count, 0, "{:?}", loaded.problems);
    (path, loaded)
}

/// The items of a file as they are read from its beginning, and from its end.
pub fn ways_to_read(path: &Path, whole: Loaded) -> [Vec<RolloutItem>; 2] {
    let end = tail::load(&Chain::open(path).unwrap()).unwrap();
    let end = end.expect("files of ours can be read from their end");
    [whole, end].map(|loaded| loaded.items.into_iter().map(|stored| stored.item).collect())
}
