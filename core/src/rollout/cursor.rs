//! Where a page of a list begins: `<second>|<id>` of the conversation before it, or a bare time.

use codex_protocol::ids::ConversationId;
use jiff::Timestamp;

use super::error::Error;
use super::query::{Direction, ListQuery, SortKey};
use super::stamp;

/// The place of a conversation in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Unix milliseconds.
    pub at_ms: i64,
    pub id: ConversationId,
}

impl Key {
    /// What decides: seconds first, as in the cursors, then the id.
    pub fn rank(&self) -> (i64, ConversationId) {
        (self.at_ms.div_euclid(1000), self.id)
    }
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Behind all that have this time (Unix milliseconds).
    Time(i64),
    /// Behind one conversation.
    Thread { second: i64, id: ConversationId },
}

impl Cursor {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parsed = match text.split_once('|') {
            None => text.parse::<Timestamp>().ok().map(|time| Self::Time(time.as_millisecond())),
            Some((time, id)) => time
                .parse::<Timestamp>()
                .ok()
                .zip(id.parse().ok())
                .map(|(time, id)| Self::Thread { second: time.as_millisecond().div_euclid(1000), id }),
        };
        parsed.ok_or_else(|| Error::InvalidCursor(text.to_owned()))
    }

    pub fn behind(key: Key) -> String {
        let (second, id) = key.rank();
        format!("{}|{id}", Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Where a reader in the opposite direction begins, with this conversation as its first.
    pub fn just_before(key: Key, query: &ListQuery) -> String {
        match (query.sort, query.direction) {
            (SortKey::Created | SortKey::Place, Direction::Descending) => stamp::timestamp(key.at_ms - 1),
            (SortKey::Created | SortKey::Place, Direction::Ascending) => stamp::timestamp(key.at_ms + 1),
            // Within a second these are in the order of their ids, which a bare time does not know.
            (SortKey::Updated, direction) => {
                let id = u128::from_be_bytes(key.id.bytes());
                let id = match direction {
                    Direction::Descending => id.saturating_sub(1),
                    Direction::Ascending => id.saturating_add(1),
                };
                Self::behind(Key { id: ConversationId::of_bytes(id.to_be_bytes()), ..key })
            }
        }
    }

    pub fn is_passed(self, key: &Key, direction: Direction) -> bool {
        let order = match self {
            Self::Time(at_ms) => key.at_ms.cmp(&at_ms),
            Self::Thread { second, id } => key.rank().cmp(&(second, id)),
        };
        match direction {
            Direction::Descending => order.is_lt(),
            Direction::Ascending => order.is_gt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_380_717_481;

    #[test]
    fn cursors_are_times_or_places() {
        for bad in ["nope", "", "|", "2026-11-20T10:00:00Z|xx", "12|01a20507-a775-7583-bb12-157c0e80978f"] {
            let error = Cursor::parse(bad).unwrap_err();
            assert_eq!(error.to_string(), format!("invalid cursor: {bad}"));
        }
        assert_eq!(Cursor::parse("2026-11-22T20:51:57.481Z").unwrap(), Cursor::Time(NOON));
        let id = "01a20507-a775-7583-bb12-157c0e80978f";
        let place = Cursor::behind(Key { at_ms: NOON, id: id.parse().unwrap() });
        assert_eq!(place, format!("2026-11-22T20:51:57Z|{id}"));
        for (direction, other) in
            [(Direction::Descending, Direction::Ascending), (Direction::Ascending, Direction::Descending)]
        {
            let key = Key { at_ms: NOON, id: id.parse().unwrap() };
            let earlier =
                Key { at_ms: NOON + 400, id: "01a20507-a775-7583-bb12-157c0e80978e".parse().unwrap() };
            let later =
                Key { at_ms: NOON - 400, id: "01a20507-a775-7583-bb12-157c0e809790".parse().unwrap() };
            let query = ListQuery { sort: SortKey::Updated, direction, ..ListQuery::default() };
            let back = Cursor::parse(&Cursor::just_before(key, &query)).unwrap();
            let passed = [earlier, key, later].map(|key| back.is_passed(&key, other));
            assert_eq!(passed, [other == Direction::Descending, true, other == Direction::Ascending]);
        }
        let second = NOON.div_euclid(1000);
        assert_eq!(Cursor::parse(&place).unwrap(), Cursor::Thread { second, id: id.parse().unwrap() });
    }
}
