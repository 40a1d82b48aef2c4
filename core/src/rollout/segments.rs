//! Conversations of more than one file: one that was reverted goes on in a new file, and the old one stays.
//!
//! The new file lies in the folder of the day on which it was made. That is the day on which the old one was
//! last written or touched, so that the names in one folder tell whether a file is the newest of its
//! conversation.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::error::Error;
use super::files::Files;
use super::location::{self, FileName};
use super::walk::changed_ms;

/// The newest file of a conversation, from any of them.
pub(super) fn newest(home: &Path, mut path: PathBuf) -> Result<PathBuf, Error> {
    while let Some(name) = FileName::of(&path) {
        let mut newer = None;
        for folder in folders_of_next(home, &path) {
            let named = location::named_in(&folder)?.into_iter();
            newer =
                newer.into_iter().chain(named.filter(|(other, _)| is_newer(other, &name))).max_by_key(rank);
        }
        match newer {
            Some((_, newer)) => path = newer,
            None => break,
        }
    }
    Ok(path)
}

/// All files of a conversation, the oldest first.
pub(super) fn all(home: &Path, id: ConversationId) -> Result<Vec<(FileName, PathBuf)>, Error> {
    let mut found = Vec::new();
    for year in location::numbered(&home.join(location::SESSIONS))? {
        for month in location::numbered(&year)? {
            for day in location::numbered(&month)? {
                found.extend(of(id, location::named_in(&day)?));
            }
        }
    }
    found.sort_by_key(rank);
    Ok(found)
}

/// The same of an archived one.
pub(super) fn all_archived(home: &Path, id: ConversationId) -> Result<Vec<(FileName, PathBuf)>, Error> {
    let mut found: Vec<_> = of(id, location::named_in(&home.join(location::ARCHIVED))?).collect();
    found.sort_by_key(rank);
    Ok(found)
}

fn of(id: ConversationId, named: Vec<(FileName, PathBuf)>) -> impl Iterator<Item = (FileName, PathBuf)> {
    named.into_iter().filter(move |(name, _)| name.id == id)
}

fn rank((name, _): &(FileName, PathBuf)) -> Option<ConversationId> {
    name.segment
}

fn is_newer(other: &FileName, name: &FileName) -> bool {
    other.id == name.id && other.segment > name.segment
}

/// Where the file would lie that took the place of this one.
fn folders_of_next(home: &Path, path: &Path) -> Vec<PathBuf> {
    if path.parent().and_then(Path::file_name) == Some(OsStr::new(location::ARCHIVED)) {
        return path.parent().map(Path::to_path_buf).into_iter().collect();
    }
    let Some(changed) = changed_ms(path).and_then(|changed| Timestamp::from_millisecond(changed).ok()) else {
        return Vec::new();
    };
    // It is made a moment later, which may be on the next day.
    let times = [Some(changed), changed.checked_add(1.minute()).ok()];
    let days = times.into_iter().flatten().map(|time| TimeZone::system().to_datetime(time).date());
    let mut folders: Vec<_> =
        days.map(|day| location::folder_of(&home.join(location::SESSIONS), day)).collect();
    folders.dedup();
    folders
}

/// Tells of many files whether a newer one has taken their place; reads every folder once.
pub(super) struct Superseded<'a> {
    files: Files<'a>,
    /// The newest of those with a second id in their name, by folder and conversation.
    newest: HashMap<PathBuf, HashMap<ConversationId, ConversationId>>,
}

impl<'a> Superseded<'a> {
    pub fn new(files: Files<'a>) -> Self {
        Self { files, newest: HashMap::new() }
    }

    pub fn contains(&mut self, name: &FileName, path: &Path) -> Result<bool, Error> {
        for folder in folders_of_next(self.files.home, path) {
            if !self.newest.contains_key(&folder) {
                let mut newest = HashMap::new();
                for (other, _) in self.files.named_in(&folder)?.iter() {
                    if let Some(segment) = other.segment {
                        let known = newest.entry(other.id).or_insert(segment);
                        *known = segment.max(*known);
                    }
                }
                self.newest.insert(folder.clone(), newest);
            }
            let newest = self.newest.get(&folder).and_then(|newest| newest.get(&name.id));
            if newest.copied() > name.segment {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::location::{path_of, path_of_segment};
    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;

    fn store(path: &Path, changed_ms: i64) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = File::create(path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_millis(changed_ms.try_into().unwrap())).unwrap();
    }

    #[test]
    fn the_newest_file_of_a_conversation_is_found_from_every_other() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let made = id.created_ms().unwrap();
        let segments = [ConversationId::new(), ConversationId::new(), ConversationId::new()];
        let days = [made, made + 3 * DAY, made + 3 * DAY, made + 40 * DAY];
        let mut paths = vec![path_of(home.path(), id, made)];
        paths.extend(
            (1..).zip(segments).map(|(at, segment)| path_of_segment(home.path(), id, segment, days[at])),
        );
        let last_written = [days[1], days[2], days[3], days[3] + 9 * DAY];
        paths.iter().zip(last_written).for_each(|(path, changed)| store(path, changed));
        store(&path_of(home.path(), ConversationId::new(), made), days[1]);

        assert_eq!(location::find(home.path(), id).unwrap().as_ref(), paths.last());
        for path in &paths {
            assert_eq!(newest(home.path(), path.clone()).unwrap(), paths[3]);
            assert_eq!(
                location::find_file(home.path(), FileName::of(path).unwrap().file_id()).unwrap(),
                Some(path.clone())
            );
        }
        let mut superseded = Superseded::new(Files { home: home.path(), recently: None });
        let is: Vec<_> = paths
            .iter()
            .map(|path| superseded.contains(&FileName::of(path).unwrap(), path).unwrap())
            .collect();
        assert_eq!(is, [true, true, true, false]);
        let found = all(home.path(), id).unwrap();
        assert_eq!(found.into_iter().map(|(_, path)| path).collect::<Vec<_>>(), paths);
    }
}
