//! What login shells have said before, in this server or an earlier one, as digests.
//!
//! Whether the state of a shell is the same each time shows only at another time. A server that finds that an earlier
//! one has heard the same, with the same files, need not wait for that. The file lies beside the snapshots, where
//! confined commands neither read nor write. It may be removed at any time, and servers that overwrite each other's
//! lines only wait once more.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::Key;
use super::watch::Watch;
use crate::base::files;
use crate::base::private_folder::{Folder, private_file};

const NAME: &str = "heard";
/// How many shells are remembered.
const MOST: usize = 64;
const LONGEST_FILE: usize = 64 * 1024;

/// What was said, and what the files were like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The second in which the shell was started, and the one in which it had told.
    pub began: u64,
    pub ended: u64,
    files: String,
    said: String,
}

impl Heard {
    pub fn new(times: (u64, u64), files: &Watch, said: &BTreeMap<String, Vec<String>>) -> Self {
        let (began, ended) = times;
        Self { began, ended, files: digest(files), said: digest(said) }
    }

    /// Whether an earlier shell has said the same in another second.
    fn is_said_again(&self, before: &Self) -> bool {
        before.ended < self.began && before.files == self.files && before.said == self.said
    }
}

/// Remembers what was heard, and tells whether that was heard before. Blocks.
pub fn was_heard(folder: &Folder, key: &Key, now: &Heard) -> bool {
    let key = digest(&(
        (&key.shell, &key.cwd, &key.env, key.sandbox.walls()),
        (&key.policy, &key.root, &key.secrets, env!("CARGO_PKG_VERSION")),
    ));
    let Some(path) = folder.path().parent().map(|all| all.join(NAME)) else { return false };
    let text = files::read_whole(&path, LONGEST_FILE).unwrap_or_default();
    let text = String::from_utf8(text).unwrap_or_default();
    let before = text.lines().find_map(|line| line.strip_prefix(key.as_str()).and_then(parsed));
    let is_again = before.is_some_and(|before| now.is_said_again(&before));
    if !is_again {
        let others = text.lines().filter(|line| !line.starts_with(key.as_str())).take(MOST - 1);
        let first = format!("{key} {} {} {}", now.ended, now.files, now.said);
        let lines: String =
            std::iter::once(first.as_str()).chain(others).flat_map(|line| [line, "\n"]).collect();
        if let Err(error) = replace(folder, &path, &lines) {
            tracing::debug!(%error, "what the login shell has said is not remembered");
        }
    }
    is_again
}

/// What stands behind the key in a line.
fn parsed(line: &str) -> Option<Heard> {
    let mut words = line.strip_prefix(' ')?.split(' ');
    let ended = words.next()?.parse().ok()?;
    let mut word = || words.next().map(str::to_owned);
    Some(Heard { began: ended, ended, files: word()?, said: word()? })
}

fn replace(folder: &Folder, path: &Path, text: &str) -> io::Result<()> {
    let new = folder.path().join(uuid::Uuid::new_v4().simple().to_string());
    private_file(&new)?.write_all(text.as_bytes())?;
    fs::rename(&new, path)
}

fn digest(value: &impl Debug) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("{value:?}").as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(times: (u64, u64), said: &str) -> Heard {
        let said = BTreeMap::from([("variables".to_owned(), vec![said.to_owned()])]);
        Heard::new(times, &Watch::default(), &said)
    }

    #[test]
    fn only_another_second_and_the_same_words_count() {
        let before = heard((9, 10), "x");
        assert!(heard((11, 11), "x").is_said_again(&before));
        assert!(!heard((10, 11), "x").is_said_again(&before), "the same second");
        assert!(!heard((8, 8), "x").is_said_again(&before), "a clock that was set");
        assert!(!heard((11, 11), "y").is_said_again(&before));
        let other = Heard { files: digest(&"other"), ..before.clone() };
        assert!(!heard((11, 11), "x").is_said_again(&other));
    }

    #[test]
    fn lines_are_read_as_they_were_written() {
        let now = heard((7, 7), "x");
        assert_eq!(parsed(&format!(" {} {} {}", now.ended, now.files, now.said)), Some(now));
        for broken in ["", " ", " x a b", " 1 a", "1 a b"] {
            assert_eq!(parsed(broken), None, "{broken:?}");
        }
    }
}
