//! What login shells have said before, in this server or an earlier one, as digests.
//!
//! Whether the state of a shell is the same each time shows only at another time. A server that finds that an earlier
//! one has heard the same, with the same files, need not wait for that. The file lies beside the snapshots, where
//! confined commands neither read nor write. It may be removed at any time, and servers that overwrite each other's
//! lines only wait once more.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::Key;
use super::watch::Watch;
use crate::base::digest::sha256;
use crate::base::files;
use crate::base::private_folder::{Folder, private_file};

const NAME: &str = "heard";
/// How many shells are remembered.
const MOST: usize = 64;
const LONGEST_FILE: usize = 64 * 1024;
/// A shorter value of a variable may stand anywhere by chance.
const SHORTEST_VALUE: usize = 4;

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
    /// What was said by a shell that was given this environment. Editors give each server some variables of its own:
    /// where a value was only passed on, its name counts.
    pub fn new(
        times: (u64, u64),
        files: &Watch,
        said: &BTreeMap<String, Vec<String>>,
        given: &[(String, String)],
    ) -> Self {
        let (began, ended) = times;
        Self {
            began,
            ended,
            files: sha256(format!("{files:?}").as_bytes()),
            said: sha256(with_names(said, given).as_bytes()),
        }
    }

    /// Whether an earlier shell has said the same in another second.
    fn is_said_again(&self, before: &Self) -> bool {
        before.ended < self.began && before.files == self.files && before.said == self.said
    }
}

/// Remembers what was heard, and tells whether that was heard before. Blocks.
pub fn was_heard(folder: &Folder, key: &Key, now: &Heard) -> bool {
    let key = (&key.shell, &key.cwd, &key.policy, &key.root, &key.secrets, env!("CARGO_PKG_VERSION"));
    let key = sha256(format!("{key:?}").as_bytes());
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

/// The same with names in the place of values, longer ones first.
fn with_names(said: &BTreeMap<String, Vec<String>>, given: &[(String, String)]) -> String {
    let mut given: Vec<_> = given.iter().filter(|(_, value)| value.len() >= SHORTEST_VALUE).collect();
    given.sort_by_key(|(name, value)| (Reverse(value.len()), name));
    let said = format!("{said:?}");
    given.into_iter().fold(said, |said, (name, value)| match said.contains(value.as_str()) {
        true => said.replace(value.as_str(), &format!("\0{name}\0")),
        false => said,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(times: (u64, u64), said: &str) -> Heard {
        heard_of(times, said, &[])
    }

    fn heard_of(times: (u64, u64), said: &str, given: &[(&str, &str)]) -> Heard {
        let said = BTreeMap::from([("variables".to_owned(), vec![said.to_owned()])]);
        let given: Vec<_> = given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Heard::new(times, &Watch::default(), &said, &given)
    }

    #[test]
    fn values_that_were_passed_on_may_differ() {
        let at = |second: u64, run: &str, said: &str| {
            let given = [("RUN", run), ("HOME", "/home/me"), ("RUNS", "/home/me/runs"), ("LEVEL", "1")];
            heard_of((second, second), said, &given)
        };
        let before = at(1, "run-1", "RUN=run-1 AT=/home/me/runs/run-1 LEVEL=1");
        assert!(at(3, "run-2", "RUN=run-2 AT=/home/me/runs/run-2 LEVEL=1").is_said_again(&before));
        assert!(!at(3, "run-2", "RUN=run-1 AT=/home/me/runs/run-2 LEVEL=1").is_said_again(&before));
        assert!(!at(3, "run-2", "RUN=run-2 AT=/home/me/runs/run-2 LEVEL=2").is_said_again(&before));
        assert!(!at(3, "run-2", "RUN=run-2 AT=/home/me/runs/run-3 LEVEL=1").is_said_again(&before));
    }

    #[test]
    fn only_another_second_and_the_same_words_count() {
        let before = heard((9, 10), "x");
        assert!(heard((11, 11), "x").is_said_again(&before));
        assert!(!heard((10, 11), "x").is_said_again(&before), "the same second");
        assert!(!heard((8, 8), "x").is_said_again(&before), "a clock that was set");
        assert!(!heard((11, 11), "y").is_said_again(&before));
        let other = Heard { files: sha256(b"other"), ..before.clone() };
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
