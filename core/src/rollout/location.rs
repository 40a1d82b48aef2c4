//! Where conversations are stored: `sessions/YYYY/MM/DD/rollout-<local time>-<id>.jsonl` below the
//! home directory, and archived ones side by side in `archived_sessions`.
//!
//! The time in a name is the local time of creation. Looking for an id reads names only, newest
//! first, and begins on the day that the id itself tells. A conversation that was reverted goes on in
//! another file, with a second id in its name; the newest file is the conversation.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::error::Error;
use super::segments;

pub const SESSIONS: &str = "sessions";
pub const ARCHIVED: &str = "archived_sessions";

/// Where a conversation that was created at this time (Unix milliseconds) belongs.
pub fn path_of(home: &Path, id: ConversationId, created_ms: i64) -> PathBuf {
    path_in_zone(home, &id.to_string(), created_ms, &TimeZone::system())
}

/// Where a file belongs that takes the place of an earlier one of the same conversation.
pub fn path_of_segment(home: &Path, id: ConversationId, segment: ConversationId, created_ms: i64) -> PathBuf {
    path_in_zone(home, &format!("{id}_{segment}"), created_ms, &TimeZone::system())
}

fn path_in_zone(home: &Path, ids: &str, created_ms: i64, zone: &TimeZone) -> PathBuf {
    let created = Timestamp::from_millisecond(created_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let local = zone.to_datetime(created);
    folder_of(&home.join(SESSIONS), local.date())
        .join(format!("rollout-{}-{ids}.jsonl", local.strftime("%Y-%m-%dT%H-%M-%S")))
}

/// Where files of that day's names belong.
pub(super) fn folder_of(sessions: &Path, date: Date) -> PathBuf {
    sessions
        .join(format!("{:04}", date.year()))
        .join(format!("{:02}", date.month()))
        .join(format!("{:02}", date.day()))
}

/// How much the name of a file may contradict its id.
const TWO_DAYS: i64 = 2 * 24 * 3600 * 1000;
/// More than any zone has.
const LARGEST_OFFSET: i64 = 26 * 3600 * 1000;

/// What the name of a file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileName {
    pub local: DateTime,
    pub id: ConversationId,
    /// Of a file that took the place of an earlier one; later ones have higher ids.
    pub segment: Option<ConversationId>,
}

impl FileName {
    pub fn parse(name: &OsStr) -> Option<Self> {
        let name = name.to_str()?.strip_prefix("rollout-")?.strip_suffix(".jsonl")?;
        let (time, ids) = name.split_at_checked(19)?;
        let (id, segment) = match ids.strip_prefix('-')?.split_once('_') {
            None => (ids.strip_prefix('-')?, None),
            Some((id, segment)) => (id, Some(segment)),
        };
        let parsed = |id: &str| id.parse().ok().filter(|_| id.len() == 36);
        Some(Self {
            local: local(time)?,
            id: parsed(id)?,
            segment: match segment {
                None => None,
                Some(segment) => Some(parsed(segment)?),
            },
        })
    }

    /// Of the file at this path.
    pub fn of(path: &Path) -> Option<Self> {
        Self::parse(path.file_name()?)
    }

    /// What other files call this one.
    pub fn file_id(&self) -> ConversationId {
        self.segment.unwrap_or(self.id)
    }

    /// When it was created, in Unix milliseconds: as the id says, and where that cannot be, as the
    /// name says.
    pub fn created_ms(&self) -> i64 {
        let made = self.file_id().created_ms();
        if let Some(made) = made.filter(|made| self.is_near(*made)) {
            return made;
        }
        let named = millisecond(self.local, &TimeZone::system());
        made.filter(|made| (made - named).abs() < TWO_DAYS).unwrap_or(named)
    }

    /// Whether it does not contradict this time in any zone.
    fn is_near(&self, made: i64) -> bool {
        (made - millisecond(self.local, &TimeZone::UTC)).abs() < TWO_DAYS - LARGEST_OFFSET
    }

    /// The same of its conversation, whichever of the files it is. Without an id that tells, a file was created on the day
    /// of its folder (Unix milliseconds, from the first to the last).
    pub(super) fn began_ms(&self, (first, last): (i64, i64)) -> i64 {
        let began = self.segment.and_then(|_| self.id.created_ms());
        began.unwrap_or_else(|| self.created_ms().clamp(first, last))
    }

    /// Whether that is the same in all zones.
    pub(super) fn is_known_everywhere(&self) -> bool {
        if self.segment.is_some() && self.id.created_ms().is_some() {
            return true;
        }
        self.file_id().created_ms().is_some_and(|made| self.is_near(made))
    }
}

/// What is written as `2026-11-22T20-51-57`: there are many names, and general ways of reading times take longer.
fn local(time: &str) -> Option<DateTime> {
    let bytes = time.as_bytes();
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b'-'), (16, b'-')];
    if bytes.len() != 19 || separators.iter().any(|(at, separator)| bytes.get(*at) != Some(separator)) {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes.get(from..to)?.iter().try_fold(0i16, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
        })
    };
    let small = |from: usize| number(from, from + 2).and_then(|number| i8::try_from(number).ok());
    DateTime::new(number(0, 4)?, small(5)?, small(8)?, small(11)?, small(14)?, small(17)?, 0).ok()
}

fn millisecond(local: DateTime, zone: &TimeZone) -> i64 {
    zone.to_timestamp(local).map(Timestamp::as_millisecond).unwrap_or_default()
}

/// The file of a conversation that is not archived.
pub fn find(home: &Path, id: ConversationId) -> Result<Option<PathBuf>, Error> {
    let found = find_stored(home, id, |name| name.id == id)?;
    found.map(|found| segments::newest(home, found)).transpose()
}

/// One that another file refers to, archived or not.
pub(super) fn find_file(home: &Path, file_id: ConversationId) -> Result<Option<PathBuf>, Error> {
    let is_it = |name: &FileName| name.file_id() == file_id;
    match find_stored(home, file_id, is_it)? {
        Some(path) => Ok(Some(path)),
        None => find_in(&home.join(ARCHIVED), is_it),
    }
}

/// Looks first where a file of that id should be.
fn find_stored(
    home: &Path,
    id: ConversationId,
    is_it: impl Fn(&FileName) -> bool,
) -> Result<Option<PathBuf>, Error> {
    let sessions = home.join(SESSIONS);
    let made = id.created_ms().and_then(|made| Timestamp::from_millisecond(made).ok());
    if let Some(made) = made {
        let day = TimeZone::system().to_datetime(made).date();
        // A day more at both ends, because the clock's zone may have been another one.
        for date in [Some(day), day.checked_sub(1.day()).ok(), day.checked_add(1.day()).ok()] {
            let found = date.map(|date| find_in(&folder_of(&sessions, date), &is_it)).transpose()?.flatten();
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    for year in numbered(&sessions)? {
        for month in numbered(&year)? {
            for day in numbered(&month)? {
                if let Some(found) = find_in(&day, &is_it)? {
                    return Ok(Some(found));
                }
            }
        }
    }
    Ok(None)
}

/// The file of an archived conversation.
pub fn find_archived(home: &Path, id: ConversationId) -> Result<Option<PathBuf>, Error> {
    find_in(&home.join(ARCHIVED), |name| name.id == id)
}

/// The file of a conversation, archived or not.
pub fn find_anywhere(home: &Path, id: ConversationId) -> Result<Option<PathBuf>, Error> {
    match find(home, id)? {
        Some(path) => Ok(Some(path)),
        None => find_archived(home, id),
    }
}

/// The home directory that a file is stored in, if it lies where it should.
pub fn home_of(path: &Path) -> Option<&Path> {
    let folder = path.parent()?;
    if folder.file_name() == Some(OsStr::new(ARCHIVED)) {
        return folder.parent();
    }
    let sessions = folder.ancestors().nth(3)?;
    (sessions.file_name() == Some(OsStr::new(SESSIONS))).then(|| sessions.parent()).flatten()
}

/// The newest of those in a folder.
fn find_in(folder: &Path, is_it: impl Fn(&FileName) -> bool) -> Result<Option<PathBuf>, Error> {
    let found = named_in(folder)?.into_iter().filter(|(name, _)| is_it(name));
    Ok(found.max_by_key(|(name, _)| name.segment).map(|(_, path)| path))
}

/// Files that have the name of a conversation.
pub(super) type Named = Vec<(FileName, PathBuf)>;

/// Those of a folder, in no order.
pub(super) fn named_in(folder: &Path) -> Result<Named, Error> {
    let names = names_in(folder)?.into_iter();
    Ok(names.filter_map(|name| Some((FileName::parse(&name)?, folder.join(name)))).collect())
}

/// Subfolders whose names are numbers, the highest first.
pub(super) fn numbered(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let names = names_in(folder)?.into_iter();
    let number = |name: &OsStr| name.to_str().and_then(|name| name.parse::<u32>().ok());
    let mut found: Vec<_> = names.filter_map(|name| Some((number(&name)?, folder.join(name)))).collect();
    found.sort_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The names in a folder; none if there is no such folder.
fn names_in(folder: &Path) -> Result<Vec<std::ffi::OsString>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(Error::io("read", folder, error)),
    };
    let names: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.file_name())).collect();
    names.map_err(|error| Error::io("read", folder, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01a20507-a775-7583-bb12-157c0e80978f";

    fn store(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    #[test]
    fn a_path_has_the_local_time_of_creation() {
        let zone = TimeZone::fixed(jiff::tz::offset(5));
        let path = path_in_zone(Path::new("/h"), ID, 1_795_380_717_439, &zone);
        let expected = format!("/h/sessions/2026/11/23/rollout-2026-11-23T01-51-57-{ID}.jsonl");
        assert_eq!(path, Path::new(&expected));
        assert_eq!(home_of(&path), Some(Path::new("/h")));
        assert_eq!(home_of(Path::new("/h/archived_sessions/x.jsonl")), Some(Path::new("/h")));
        assert_eq!(home_of(Path::new("/x.jsonl")), None);
    }

    #[test]
    fn names_are_parsed_strictly() {
        let name = FileName::parse(OsStr::new(&format!("rollout-2026-11-22T20-51-57-{ID}.jsonl"))).unwrap();
        assert_eq!(name.local.to_string(), "2026-11-22T20:51:57");
        assert_eq!((name.id.to_string().as_str(), name.segment), (ID, None));
        let second = ID.replace('8', "9");
        let segment =
            FileName::parse(OsStr::new(&format!("rollout-2026-11-22T20-51-57-{ID}_{second}.jsonl"))).unwrap();
        assert_eq!((segment.id.to_string().as_str(), segment.file_id().to_string()), (ID, second));
        for bad in [
            format!("rollout-2026-11-22T20-51-57-{ID}_.jsonl"),
            format!("rollout-2026-11-22T20-51-57-{ID}_{ID}_{ID}.jsonl"),
            format!("rollout-2026-11-22T20-51-57-{ID}.jsonl.torn-1"),
            format!("rollout-2026-11-32T20-51-57-{ID}.jsonl"),
            format!("rollout-2026-11-22T20-51-57{ID}.jsonl"),
            format!("rollout-2026-11-22T20-51-57-{}.jsonl", ID.replace('-', "")),
            "rollout-.jsonl".into(),
            "rollout-ääääääääääää.jsonl".into(),
            "notes.txt".into(),
        ] {
            assert_eq!(FileName::parse(OsStr::new(&bad)), None, "{bad}");
        }
    }

    #[test]
    fn creation_is_what_the_id_says_unless_the_name_contradicts() {
        let local =
            |text: &str| FileName { local: text.parse().unwrap(), id: ID.parse().unwrap(), segment: None };
        assert_eq!(local("2026-11-22T11:00:00").created_ms(), 1_795_380_717_429);
        let elsewhere = local("2025-01-01T00:00:00");
        assert_eq!(elsewhere.created_ms(), millisecond(elsewhere.local, &TimeZone::system()));
    }

    #[test]
    fn a_conversation_is_found_wherever_it_lies() {
        let home = tempfile::tempdir().unwrap();
        let id: ConversationId = ID.parse().unwrap();
        assert_eq!(find(home.path(), id).unwrap(), None);
        let usual = path_of(home.path(), id, id.created_ms().unwrap());
        store(&usual);
        assert_eq!(find(home.path(), id).unwrap(), Some(usual.clone()));
        fs::remove_file(usual).unwrap();
        let odd = home.path().join(format!("sessions/2024/01/02/rollout-2024-01-02T00-00-00-{ID}.jsonl"));
        store(&odd);
        store(&home.path().join("sessions/2025/x/02/file"));
        assert_eq!(find(home.path(), id).unwrap(), Some(odd));
        assert_eq!(find_archived(home.path(), id).unwrap(), None);
        let archived = home.path().join(format!("archived_sessions/rollout-2024-01-02T00-00-00-{ID}.jsonl"));
        store(&archived);
        assert_eq!(find_archived(home.path(), id).unwrap(), Some(archived));
    }
}
