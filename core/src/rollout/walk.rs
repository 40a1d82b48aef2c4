//! All stored conversations in the order of a list, by their names alone.
//!
//! By creation, the newest first, the dated folders are read one after the other, only as far as somebody asks. A day
//! is one of the clock's zone at that time, which nobody recorded; so a conversation is given out
//! only when no folder that is still unread can hold a later one. One that was reverted lies in a later folder than
//! that of its creation, so that every other order begins with the names of all folders.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use codex_protocol::ids::ConversationId;
use jiff::civil::Date;

use super::cursor::Key;
use super::error::Error;
use super::files::Files;
use super::location::{self, FileName, Named};
use super::query::{Direction, SortKey};

#[derive(Clone, Debug)]
pub(super) struct Found {
    pub key: Key,
    pub name: FileName,
    pub path: PathBuf,
}

pub(super) struct Walk<'a> {
    files: Files<'a>,
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

impl<'a> Walk<'a> {
    pub fn new(files: Files<'a>, archived: bool, sort: SortKey, direction: Direction) -> Result<Self, Error> {
        let home = files.home;
        let days = if archived { Days::none() } else { Days::of(&home.join(location::SESSIONS), direction)? };
        let mut walk = Self { files, direction, days, next_day: None, ready: BTreeMap::new() };
        if archived {
            walk.add(files.named_in(&home.join(location::ARCHIVED))?, i64::MIN, i64::MAX);
        }
        match (sort, direction) {
            (SortKey::Created | SortKey::Place, Direction::Descending) => walk.next_day = walk.days.next()?,
            (SortKey::Created | SortKey::Place, Direction::Ascending) => walk.read_all()?,
            (SortKey::Updated, _) => walk.read_all_by_change()?,
        }
        Ok(walk)
    }

    pub fn next(&mut self) -> Result<Option<Found>, Error> {
        while let Some(day) = self.next_day.take_if(|day| !Self::is_final(&self.ready, day)) {
            self.add(self.files.named_in(&day.path)?, day.first, day.last);
            self.next_day = self.days.next()?;
        }
        let next = match self.direction {
            Direction::Descending => self.ready.pop_last(),
            Direction::Ascending => self.ready.pop_first(),
        };
        Ok(next.map(|(_, found)| found))
    }

    /// Whether nothing in the next day can come before what is ready.
    fn is_final(ready: &BTreeMap<(i64, ConversationId), Found>, day: &Day) -> bool {
        ready.last_key_value().is_some_and(|(_, found)| found.key.at_ms > day.last)
    }

    fn add(&mut self, named: Arc<Named>, first: i64, last: i64) {
        for (name, path) in named.iter() {
            let key = Key { at_ms: name.began_ms((first, last)), id: name.id };
            self.insert(Found { key, name: *name, path: path.clone() });
        }
    }

    /// Of two files of a conversation in the same place the newer one counts.
    fn insert(&mut self, found: Found) {
        let rank = found.key.rank();
        if self.ready.get(&rank).is_none_or(|other| other.name.segment < found.name.segment) {
            self.ready.insert(rank, found);
        }
    }

    fn read_all(&mut self) -> Result<(), Error> {
        while let Some(day) = self.days.next()? {
            self.add(self.files.named_in(&day.path)?, day.first, day.last);
        }
        Ok(())
    }

    /// Gives everything the time of its last change, which no name tells.
    fn read_all_by_change(&mut self) -> Result<(), Error> {
        self.read_all()?;
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

    fn next(&mut self) -> Result<Option<Day>, Error> {
        loop {
            if let Some(path) = self.days.pop() {
                if let Some(day) = day_of(path) {
                    return Ok(Some(day));
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
}

/// A folder's day, if its path is one.
pub(super) fn day_of(path: PathBuf) -> Option<Day> {
    let mut numbers = path.iter().rev().map(|part| part.to_str()?.parse::<i16>().ok());
    let (day, month, year) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    Some(Day { path, first: start - SLACK, last: start + DAY + SLACK })
}
