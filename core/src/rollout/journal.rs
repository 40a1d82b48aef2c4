//! Files of JSON lines to which several processes add what users decide about their conversations.
//!
//! Each line is one decision, taken while the file is locked, on what all lines before it say, and on the disk before
//! anybody is told. Lines that cannot be read are passed over; what they hold stays. When most lines no longer
//! matter, the file is replaced by one that says the same in fewer. All functions block.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;
use super::line;
use super::lines::Lines;
use crate::base::files;

/// How long others may hold the file.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// A file is not replaced before it has so many lines,
pub(super) const FEW_LINES: usize = 1000;
/// nor before so many times as many as it needs.
pub(super) const TIMES_AS_MANY: usize = 4;

/// What the lines of such a file add up to.
pub(super) trait Sum: Default {
    type Entry: Serialize + DeserializeOwned;

    fn add(&mut self, entry: Self::Entry);

    /// As few entries as add up to the same.
    fn entries(&self) -> Vec<Self::Entry>;
}

/// What the file says; nothing if there is none.
pub(super) fn read<S: Sum>(path: &Path) -> Result<S, Error> {
    Ok(add_up(path)?.sum)
}

/// Adds one entry, if the decision is to add one.
pub(super) fn decide<S: Sum, T, E: From<Error>>(
    path: &Path,
    decide: impl FnOnce(&S) -> Result<(Option<S::Entry>, T), E>,
) -> Result<T, E> {
    let fail = |source| Error::io("write", path, source);
    let mut file = files::lock_to_append(path, Instant::now() + PATIENCE).map_err(fail)?;
    let Added { mut sum, lines, ended } = add_up::<S>(path)?;
    let (entry, result) = decide(&sum)?;
    let Some(entry) = entry else { return Ok(result) };
    let mut text = if ended { Vec::new() } else { b"\n".to_vec() };
    push(&mut text, &entry)?;
    file.write_all(&text).and_then(|()| file.sync_data()).map_err(fail)?;
    sum.add(entry);
    let fewest = sum.entries();
    if lines >= FEW_LINES && lines >= TIMES_AS_MANY * fewest.len() {
        // It says the same as before, so that a failure costs nothing but room.
        let _ = replace(path, &fewest);
    }
    Ok(result)
}

struct Added<S> {
    sum: S,
    lines: usize,
    /// Whether the last line has its end.
    ended: bool,
}

fn add_up<S: Sum>(path: &Path) -> Result<Added<S>, Error> {
    let fail = |source| Error::io("read", path, source);
    let mut added = Added { sum: S::default(), lines: 0, ended: true };
    let mut lines = match Lines::open(path) {
        Ok(lines) => lines,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(added),
        Err(error) => return Err(fail(error)),
    };
    let mut unreadable = 0;
    while let Some(line) = lines.next().map_err(fail)? {
        added.lines += 1;
        added.ended = line.ended;
        match serde_json::from_slice(line::trimmed(line.bytes)) {
            Ok(entry) => added.sum.add(entry),
            Err(_) => unreadable += 1,
        }
    }
    if unreadable > 0 {
        tracing::debug!(file = %path.display(), unreadable, "some lines cannot be read");
    }
    Ok(added)
}

pub(super) fn push(text: &mut Vec<u8>, entry: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(&mut *text, entry)
        .map_err(|source| Error::Encode { what: "what a user decided", source: source.into() })?;
    text.push(b'\n');
    Ok(())
}

/// Whoever waits for the lock of the old file sees that it has lost its name.
pub(super) fn replace(path: &Path, entries: &[impl Serialize]) -> Result<(), Error> {
    let mut text = Vec::new();
    entries.iter().try_for_each(|entry| push(&mut text, entry))?;
    files::replace(path, |file| file.write_all(&text)).map_err(|source| Error::io("replace", path, source))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Plus {
        plus: u64,
    }

    #[derive(Default, PartialEq, Debug)]
    struct Total(u64);

    impl Sum for Total {
        type Entry = Plus;

        fn add(&mut self, Plus { plus }: Plus) {
            self.0 += plus;
        }

        fn entries(&self) -> Vec<Plus> {
            vec![Plus { plus: self.0 }]
        }
    }

    fn add_one(path: &Path) -> u64 {
        decide(path, |total: &Total| Ok::<_, Error>((Some(Plus { plus: 1 }), total.0))).unwrap()
    }

    #[test]
    fn what_cannot_be_read_stays_and_a_torn_line_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.jsonl");
        assert_eq!(read::<Total>(&path).unwrap(), Total(0));
        assert_eq!(add_one(&path), 0);
        std::fs::write(&path, "{\"plus\":5}\ngarbage\n{\"plus\":").unwrap();
        assert_eq!(add_one(&path), 5);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\"plus\":5}\ngarbage\n{\"plus\":\n{\"plus\":1}\n");
        let nothing: Result<((), _), Error> = Ok(((), ()));
        decide(&path, |_: &Total| nothing.map(|_| (None, ()))).unwrap();
        assert_eq!(read::<Total>(&path).unwrap(), Total(6));
    }

    #[test]
    fn many_at_once_each_count_and_the_file_stays_short() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.jsonl");
        let text: String = (0..990).map(|_| "{\"plus\":1}\n").collect();
        std::fs::write(&path, text).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..8).map(|_| add_one(&path)).max());
            }
        });
        assert_eq!(read::<Total>(&path).unwrap(), Total(990 + 32));
        assert!(std::fs::read_to_string(&path).unwrap().lines().count() < 32);
    }
}
