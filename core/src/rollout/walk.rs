//! All stored conversations in the order of a list, by their names alone.
//!
//! By creation the dated folders are read one after the other, only as far as somebody asks. A day
//! is one of the clock's zone at that time, which nobody recorded; so a conversation is given out
//! only when no folder that is still unread can hold an earlier one.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use codex_protocol::ids::ConversationId;
use jiff::civil::Date;

use super::cursor::Key;
use super::error::Error;
use super::location::{self, FileName};
use super::query::{Direction, SortKey};

#[derive(Clone, Debug)]
pub(super) struct Found {
    pub key: Key,
    pub name: FileName,
    pub path: PathBuf,
}

pub(super) struct Walk {
    direction: Direction,
    days: Days,
    next_day: Option<Day>,
    ready: BTreeMap<(i64, ConversationId), Found>,
}

/// Zones and the difference that an id may have to its name.
const SLACK: i64 = 3 * DAY;
const DAY: i64 = 24 * 3600 * 1000;

pub(super) struct Day {
    pub path: PathBuf,
    /// Everything in it was created between these two (Unix milliseconds).
    pub first: i64,
    pub last: i64,
}

impl Walk {
    /// Everything; with a time (Unix milliseconds) given, days that lie wholly before it in the
    /// order of the list are left out.
    pub fn new(
        home: &Path,
        archived: bool,
        sort: SortKey,
        direction: Direction,
        from: Option<i64>,
    ) -> Result<Self, Error> {
        let days = if archived { Days::none() } else { Days::of(&home.join(location::SESSIONS), direction)? };
        let mut walk = Self { direction, days, next_day: None, ready: BTreeMap::new() };
        if archived {
            walk.add(location::named_in(&home.join(location::ARCHIVED))?, i64::MIN, i64::MAX);
        }
        match sort {
            SortKey::Created | SortKey::Place => walk.next_day = walk.days.next_from(from)?,
            SortKey::Updated => walk.read_all_by_change()?,
        }
        Ok(walk)
    }

    pub fn next(&mut self) -> Result<Option<Found>, Error> {
        while let Some(day) = self.next_day.take_if(|day| !Self::is_final(&self.ready, day, self.direction)) {
            self.add(location::named_in(&day.path)?, day.first, day.last);
            self.next_day = self.days.next_from(None)?;
        }
        let next = match self.direction {
            Direction::Descending => self.ready.pop_last(),
            Direction::Ascending => self.ready.pop_first(),
        };
        Ok(next.map(|(_, found)| found))
    }

    /// Whether nothing in the next day can come before what is ready.
    fn is_final(ready: &BTreeMap<(i64, ConversationId), Found>, day: &Day, direction: Direction) -> bool {
        match direction {
            Direction::Descending => ready.last_key_value().is_some_and(|(_, f)| f.key.at_ms > day.last),
            Direction::Ascending => ready.first_key_value().is_some_and(|(_, f)| f.key.at_ms < day.first),
        }
    }

    fn add(&mut self, named: Vec<(FileName, PathBuf)>, first: i64, last: i64) {
        for (name, path) in named {
            let key = Key { at_ms: name.created_ms().clamp(first, last), id: name.id };
            self.insert(Found { key, name, path });
        }
    }

    /// Of two files of a conversation in the same place the newer one counts.
    fn insert(&mut self, found: Found) {
        let rank = found.key.rank();
        if self.ready.get(&rank).is_none_or(|other| other.name.segment < found.name.segment) {
            self.ready.insert(rank, found);
        }
    }

    /// Gives everything the time of its last change, which no name tells.
    fn read_all_by_change(&mut self) -> Result<(), Error> {
        while let Some(day) = self.days.next_from(None)? {
            self.add(location::named_in(&day.path)?, day.first, day.last);
        }
        for (_, Found { key, name, path }) in std::mem::take(&mut self.ready) {
            let key = Key { at_ms: changed_ms(&path).unwrap_or(key.at_ms), id: key.id };
            self.insert(Found { key, name, path });
        }
        Ok(())
    }
}

/// When a file was last written, in Unix milliseconds.
pub(super) fn changed_ms(path: &Path) -> Option<i64> {
    changed_of(&path.metadata().ok()?)
}

pub(super) fn changed_of(metadata: &Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// The folders of days in order, read lazily.
struct Days {
    direction: Direction,
    /// What is still to be read of each level, the next one last.
    years: Vec<PathBuf>,
    months: Vec<PathBuf>,
    days: Vec<PathBuf>,
}

impl Days {
    fn none() -> Self {
        Self { direction: Direction::Descending, years: Vec::new(), months: Vec::new(), days: Vec::new() }
    }

    fn of(sessions: &Path, direction: Direction) -> Result<Self, Error> {
        let mut days = Self { direction, ..Self::none() };
        days.years = days.ordered(sessions)?;
        Ok(days)
    }

    fn ordered(&self, folder: &Path) -> Result<Vec<PathBuf>, Error> {
        let mut folders = location::numbered(folder)?;
        if self.direction == Direction::Descending {
            folders.reverse();
        }
        Ok(folders)
    }

    fn next_from(&mut self, from: Option<i64>) -> Result<Option<Day>, Error> {
        loop {
            if let Some(path) = self.days.pop() {
                match day_of(path) {
                    Some(day) if !self.is_before(&day, from) => return Ok(Some(day)),
                    _ => continue,
                }
            } else if let Some(month) = self.months.pop() {
                self.days = self.ordered(&month)?;
            } else if let Some(year) = self.years.pop() {
                self.months = self.ordered(&year)?;
            } else {
                return Ok(None);
            }
        }
    }

    fn is_before(&self, day: &Day, from: Option<i64>) -> bool {
        from.is_some_and(|from| match self.direction {
            Direction::Descending => day.first > from,
            Direction::Ascending => day.last < from,
        })
    }
}

/// A folder's day, if its path is one.
pub(super) fn day_of(path: PathBuf) -> Option<Day> {
    let mut numbers = path.iter().rev().map(|part| part.to_str()?.parse::<i16>().ok());
    let (day, month, year) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    Some(Day { path, first: start - SLACK, last: start + DAY + SLACK })
}
