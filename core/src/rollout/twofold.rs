//! Moving the files of a conversation to where others of the same names may lie already.
//!
//! A copy that was restored, or a move that was cut off between two disks, leaves a file in both folders. Where one holds all
//! that the other does, to the last byte, the longer one stays. Where each holds something of its own nothing is moved, and
//! a person has to choose. All functions block.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::Error;
use crate::base::files;

/// A file, and where it is to lie.
pub(super) struct Move {
    pub from: PathBuf,
    pub to: PathBuf,
}

/// Which of two files stays.
enum Stays {
    Moved,
    Other,
}

impl Move {
    /// Says whether anything would be lost.
    pub fn check(&self) -> Result<(), Error> {
        self.stays().map(drop)
    }

    pub fn carry_out(&self) -> Result<(), Error> {
        let Self { from, to } = self;
        match self.stays()? {
            Stays::Moved => {
                if let Some(folder) = to.parent() {
                    fs::create_dir_all(folder).map_err(|source| Error::io("create", folder, source))?;
                }
                fs::rename(from, to).map_err(|source| Error::io("move", from, source))
            }
            Stays::Other => fs::remove_file(from).map_err(|source| Error::io("delete", from, source)),
        }
    }

    fn stays(&self) -> Result<Stays, Error> {
        let Self { from, to } = self;
        if !to.try_exists().map_err(|source| Error::io("read", to, source))? {
            return Ok(Stays::Moved);
        }
        let (one, other) = (open(from)?, open(to)?);
        let is_same = files::is_same(&one, &other).map_err(|source| Error::io("read", from, source))?;
        if is_same {
            return Ok(Stays::Other);
        }
        match compare(one, other).map_err(|source| Error::io("compare", from, source))? {
            Compared::FirstIsLonger => Ok(Stays::Moved),
            Compared::Same | Compared::SecondIsLonger => Ok(Stays::Other),
            Compared::Different => Err(Error::Twofold { one: from.clone(), other: to.clone() }),
        }
    }
}

fn open(path: &Path) -> Result<File, Error> {
    files::open_regular(path).map_err(|source| Error::io("read", path, source))
}

#[derive(Debug, PartialEq, Eq)]
enum Compared {
    Same,
    FirstIsLonger,
    SecondIsLonger,
    Different,
}

const BLOCK: u64 = 64 * 1024;

fn compare(mut one: impl Read, mut other: impl Read) -> io::Result<Compared> {
    let (mut of_one, mut of_other) = (Vec::new(), Vec::new());
    loop {
        of_one.clear();
        of_other.clear();
        one.by_ref().take(BLOCK).read_to_end(&mut of_one)?;
        other.by_ref().take(BLOCK).read_to_end(&mut of_other)?;
        let both = of_one.len().min(of_other.len());
        if of_one.get(..both) != of_other.get(..both) {
            return Ok(Compared::Different);
        }
        match of_one.len().cmp(&of_other.len()) {
            std::cmp::Ordering::Greater => return Ok(Compared::FirstIsLonger),
            std::cmp::Ordering::Less => return Ok(Compared::SecondIsLonger),
            std::cmp::Ordering::Equal if both == 0 => return Ok(Compared::Same),
            std::cmp::Ordering::Equal => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(one: &str, other: &str) -> (tempfile::TempDir, Move) {
        let folder = tempfile::tempdir().unwrap();
        let moved = Move { from: folder.path().join("from"), to: folder.path().join("to") };
        fs::write(&moved.from, one).unwrap();
        fs::write(&moved.to, other).unwrap();
        (folder, moved)
    }

    #[test]
    fn the_longer_of_two_that_begin_alike_stays() {
        let long = "x".repeat(3 * BLOCK as usize);
        let longer = format!("{long}y");
        for (one, other) in
            [("a", "a"), ("ab", "a"), ("a", "ab"), ("", "a"), (&long, &longer), (&longer, &long)]
        {
            let (_folder, moved) = both(one, other);
            moved.carry_out().unwrap();
            assert!(!moved.from.exists());
            let left = fs::read_to_string(&moved.to).unwrap();
            assert_eq!(left, if one.len() > other.len() { one } else { other });
        }
    }

    #[test]
    fn nothing_is_moved_over_a_file_that_holds_something_else() {
        let (_folder, moved) = both("ab", "ac");
        assert!(moved.check().is_err());
        let error = moved.carry_out().unwrap_err().to_string();
        for path in [&moved.from, &moved.to] {
            assert!(error.contains(path.to_str().unwrap()) && path.exists(), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn two_names_of_one_file_become_one() {
        let (_folder, moved) = both("a", "a");
        fs::remove_file(&moved.to).unwrap();
        fs::hard_link(&moved.from, &moved.to).unwrap();
        moved.carry_out().unwrap();
        assert!(!moved.from.exists() && moved.to.exists());
    }
}
