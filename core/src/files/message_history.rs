//! The messages that users have sent, over all conversations, for clients that let them be recalled:
//! `history.jsonl` of the home directory, in the form of the public codex.
//!
//! Several programs write the file: a line goes to it as a whole, under a lock. If it has grown beyond its limit, the
//! oldest lines go. Readers name the file that they have counted the lines of, so that none gets a line of another
//! one. All functions block, for the lock at most a second.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};

use crate::base::files;

const NAME: &str = "history.jsonl";
/// How long the lock is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// A message as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    #[serde(rename = "session_id")]
    pub conversation_id: ConversationId,
    /// Unix seconds.
    #[serde(rename = "ts")]
    pub at: i64,
    pub text: String,
}

/// The file as it is now: which one, and how many lines it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryLog {
    /// Its inode; 0 if there is none.
    pub id: u64,
    pub entries: usize,
}

/// Appends a message. If the file is longer than `most` bytes then, its oldest lines are taken out.
pub fn append(home: &Path, entry: &HistoryEntry, most: Option<u64>) -> io::Result<()> {
    let path = home.join(NAME);
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    let mut file = files::lock_to_append(&path, Instant::now() + PATIENCE)?;
    make_private(&file)?;
    // Whatever the last writer has left unfinished must not swallow this one.
    if !ends_with_line(&mut file)? {
        line.insert(0, b'\n');
    }
    file.write_all(&line)?;
    match most {
        Some(most) if file.metadata()?.len() > most => shorten(&path, &mut file, most),
        Some(_) | None => Ok(()),
    }
}

/// Which file there is, and how many messages it has.
pub fn log(home: &Path) -> HistoryLog {
    let Ok(file) = File::open(home.join(NAME)) else { return HistoryLog::default() };
    let id = file.metadata().map_or(0, |meta| inode(&meta));
    let mut counted = 0;
    let mut lines = BufReader::new(file);
    while let Ok(bytes) = lines.fill_buf()
        && !bytes.is_empty()
    {
        counted += memchr::memchr_iter(b'\n', bytes).count();
        let length = bytes.len();
        lines.consume(length);
    }
    HistoryLog { id, entries: counted }
}

/// One message of a file, counted from 0. None if it is another file by now, or the line is no message.
pub fn lookup(home: &Path, log_id: u64, number: usize) -> Option<HistoryEntry> {
    let file = File::open(home.join(NAME)).ok()?;
    let id = inode(&file.metadata().ok()?);
    if id == 0 || id != log_id {
        return None;
    }
    let line = BufReader::new(file).split(b'\n').nth(number)?.ok()?;
    serde_json::from_slice(&line).ok()
}

#[cfg(unix)]
fn make_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match file.metadata()?.permissions().mode() & 0o777 {
        0o600 => Ok(()),
        _ => file.set_permissions(fs::Permissions::from_mode(0o600)),
    }
}

#[cfg(not(unix))]
fn make_private(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn inode(meta: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(meta)
}

#[cfg(not(unix))]
fn inode(_meta: &fs::Metadata) -> u64 {
    0
}

fn ends_with_line(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Puts a file in the place of this one that has only its last lines: the newest always, of the others what fits.
fn shorten(path: &Path, file: &mut File, most: u64) -> io::Result<()> {
    let len = file.seek(SeekFrom::End(0))?;
    let mut kept = Vec::new();
    file.seek(SeekFrom::Start(len.saturating_sub(most)))?;
    file.read_to_end(&mut kept)?;
    let mut start = memchr::memchr(b'\n', &kept).map_or(0, |end| end + 1);
    if start == kept.len() {
        // The newest line alone is too long.
        kept.clear();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut kept)?;
        let body = kept.strip_suffix(b"\n").unwrap_or(&kept);
        start = memchr::memrchr(b'\n', body).map_or(0, |end| end + 1);
    }
    files::replace(path, |shorter| shorter.write_all(kept.get(start..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> HistoryEntry {
        let conversation_id = "01a20507-a775-7583-bb12-157c0e80978f".parse().unwrap();
        HistoryEntry { conversation_id, at: 1_700_000_000, text: text.to_owned() }
    }

    #[test]
    fn what_was_said_is_found_again() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(log(home.path()), HistoryLog::default());
        for text in ["one", "two\nlines \u{1f980}", "three"] {
            append(home.path(), &entry(text), None).unwrap();
        }
        let found = log(home.path());
        assert_eq!(found.entries, 3);
        assert_eq!(lookup(home.path(), found.id, 1), Some(entry("two\nlines \u{1f980}")));
        assert_eq!(lookup(home.path(), found.id, 3), None);
        assert_eq!(lookup(home.path(), found.id + 1, 1), None);
        assert_eq!(lookup(home.path(), 0, 1), None);
        let text = fs::read_to_string(home.path().join(NAME)).unwrap();
        let first = r#"{"session_id":"01a20507-a775-7583-bb12-157c0e80978f","ts":1700000000,"text":"one"}"#;
        assert_eq!(text.lines().next(), Some(first));
    }

    #[test]
    fn an_unfinished_line_swallows_nothing() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(NAME), "{\"session").unwrap();
        append(home.path(), &entry("whole"), None).unwrap();
        let found = log(home.path());
        assert_eq!(
            (lookup(home.path(), found.id, 0), lookup(home.path(), found.id, 1)),
            (None, Some(entry("whole")))
        );
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let home = tempfile::tempdir().unwrap();
        for number in 0..50 {
            append(home.path(), &entry(&format!("message {number}")), Some(500)).unwrap();
            assert!(fs::metadata(home.path().join(NAME)).unwrap().len() <= 500);
        }
        let found = log(home.path());
        assert_eq!(lookup(home.path(), found.id, found.entries - 1), Some(entry("message 49")));
        assert!(lookup(home.path(), found.id, 0).is_some());
        append(home.path(), &entry(&"x".repeat(1000)), Some(500)).unwrap();
        let found = log(home.path());
        assert_eq!((found.entries, lookup(home.path(), found.id, 0).unwrap().text.len()), (1, 1000));
    }

    #[cfg(unix)]
    #[test]
    fn it_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(NAME);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        append(home.path(), &entry("x"), None).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn who_writes_at_the_same_time_waits() {
        let home = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let home = home.path();
                scope.spawn(move || {
                    for number in 0..10 {
                        append(home, &entry(&format!("{writer} {number}")), Some(100_000)).unwrap();
                    }
                });
            }
        });
        let found = log(home.path());
        let all = (0..found.entries).filter_map(|number| lookup(home.path(), found.id, number)).count();
        assert_eq!((found.entries, all), (40, 40));
    }
}
