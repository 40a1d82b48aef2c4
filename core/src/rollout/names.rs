//! What users call their conversations: `session_index.jsonl` in the home directory.
//!
//! Naming appends one line; the last line of a conversation counts. Lines that cannot be read are
//! passed over. The file is shared with the public codex, which writes the same lines.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::lines::Lines;
use super::{line, stamp};

#[derive(Serialize, Deserialize)]
struct Entry {
    id: ConversationId,
    #[serde(default)]
    thread_name: Option<String>,
    #[serde(default)]
    updated_at: String,
}

pub type Names = HashMap<ConversationId, String>;

/// All names; none if nothing was ever named.
pub fn read(home: &Path) -> Result<Names, Error> {
    let path = file(home);
    let fail = |source| Error::io("read", &path, source);
    let mut lines = match Lines::open(&path) {
        Ok(lines) => lines,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Names::new()),
        Err(error) => return Err(fail(error)),
    };
    let mut names = Names::new();
    let mut unreadable = 0;
    while let Some(line) = lines.next().map_err(fail)? {
        match serde_json::from_slice::<Entry>(line::trimmed(line.bytes)) {
            Ok(Entry { id, thread_name, .. }) => {
                match thread_name.filter(|name| !name.is_empty()) {
                    Some(name) => names.insert(id, name),
                    None => names.remove(&id),
                };
            }
            Err(_) => unreadable += 1,
        }
    }
    if unreadable > 0 {
        tracing::debug!(file = %path.display(), unreadable, "some names cannot be read");
    }
    Ok(names)
}

/// Names a conversation, from now on.
pub fn set(home: &Path, id: ConversationId, name: &str, now_ms: i64) -> Result<(), Error> {
    let path = file(home);
    let entry = Entry { id, thread_name: Some(name.to_owned()), updated_at: stamp::timestamp(now_ms) };
    let mut text = serde_json::to_string(&entry)
        .map_err(|source| Error::Encode { what: "name", source: source.into() })?;
    text.push('\n');
    append(&path, text).map_err(|source| Error::io("write", &path, source))
}

/// One write, so that two processes do not mix their lines.
fn append(path: &Path, mut text: String) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if !ends_with_line_end(&mut file)? {
        text.insert(0, '\n');
    }
    file.write_all(text.as_bytes())
}

fn ends_with_line_end(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

pub(super) fn file(home: &Path) -> PathBuf {
    home.join("session_index.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "01a20507-a775-7583-bb12-157c0e80978f";
    const B: &str = "01a2051e-65cb-7821-8ca3-8dbe817b1a4b";

    #[test]
    fn the_last_name_counts_and_lines_of_0_169_are_read() {
        let home = tempfile::tempdir().unwrap();
        assert!(read(home.path()).unwrap().is_empty());
        let theirs = format!(
            "{{\"id\":\"{A}\",\"thread_name\":\"First\",\"updated_at\":\"2026-11-22T21:16:47.939830111Z\"}}\n\ngarbage\n{{\"id\":\"{B}\"}}"
        );
        std::fs::write(file(home.path()), theirs).unwrap();
        assert_eq!(read(home.path()).unwrap()[&A.parse().unwrap()], "First");
        set(home.path(), A.parse().unwrap(), "Zwei\n\"2\"", 1_795_380_717_481).unwrap();
        set(home.path(), B.parse().unwrap(), "b", 1_795_380_717_481).unwrap();
        let names = read(home.path()).unwrap();
        assert_eq!(
            (names[&A.parse().unwrap()].as_str(), names[&B.parse().unwrap()].as_str()),
            ("Zwei\n\"2\"", "b")
        );
        let text = std::fs::read_to_string(file(home.path())).unwrap();
        let expected = format!(r#"{{"id":"{B}","thread_name":"b","updated_at":"2026-11-22T20:51:57.481Z"}}"#);
        assert_eq!(text.lines().last().unwrap(), expected);
    }
}
