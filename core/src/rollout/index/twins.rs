//! Several files of one conversation in a list, of which one stands for it. Pure.
//!
//! Those that have the same place in the list are one entry, that of the newest file. By the last change, those that
//! were created at the same time are one before.

use std::collections::BTreeMap;

use codex_protocol::ids::ConversationId;

use super::super::cursor::Key;
use super::super::query::{Direction, ListQuery, SortKey};
use super::rows::Row;

pub(super) struct Twin {
    /// Its key is the time of creation.
    pub row: Row,
    pub changed_ms: Option<i64>,
}

type Rank = (i64, ConversationId);

/// The one that has this place, if any.
pub(super) fn first(mut twins: Vec<Twin>, rank: Rank, query: &ListQuery) -> Option<Row> {
    // As their folders are read.
    twins.sort_by(|a, b| a.row.path.cmp(&b.row.path));
    if query.direction == Direction::Descending {
        twins.reverse();
    }
    let mut by_creation = BTreeMap::new();
    for twin in twins {
        insert(&mut by_creation, twin.row.key.rank(), twin);
    }
    if query.sort != SortKey::Updated {
        return by_creation.remove(&rank).map(|twin| twin.row);
    }
    let mut by_change = BTreeMap::new();
    for mut twin in by_creation.into_values() {
        let at_ms = twin.changed_ms.unwrap_or(twin.row.key.at_ms);
        twin.row.key = Key { at_ms, id: twin.row.key.id };
        insert(&mut by_change, twin.row.key.rank(), twin);
    }
    by_change.remove(&rank).map(|twin| twin.row)
}

fn insert(twins: &mut BTreeMap<Rank, Twin>, rank: Rank, twin: Twin) {
    if twins.get(&rank).is_none_or(|other| other.row.name.segment < twin.row.name.segment) {
        twins.insert(rank, twin);
    }
}
