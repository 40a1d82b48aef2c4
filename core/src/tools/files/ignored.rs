//! What a search passes over, as ripgrep does: hidden names and what `.gitignore`, `.ignore` and `.rgignore` say.
//!
//! These files are a repository's, so they are read like all others: regular, of limited size, without waiting.

use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::base::files;
use crate::git::place::{is_repository, repository_around};

/// Of longer lists the rest does not count.
const LONGEST_LIST: usize = 256 * 1024;

/// The lists from the root of the file system down to a folder.
#[derive(Default)]
pub struct Ignored {
    levels: Vec<Level>,
}

struct Level {
    folder: PathBuf,
    own: Option<Gitignore>,
    git: Option<Gitignore>,
}

impl Ignored {
    /// The lists that count for what is in a folder, but for its own.
    pub fn above(folder: &Path) -> Self {
        let mut ignored = Self::default();
        let repository = repository_around(folder);
        let mut folders: Vec<&Path> = folder.ancestors().skip(1).collect();
        folders.reverse();
        for above in folders {
            let is_inside = repository.is_some_and(|repository| above.starts_with(repository));
            ignored.levels.push(Level::of(above, is_inside));
        }
        ignored
    }

    /// Goes into a folder, out of those that it is not in.
    pub fn enter(&mut self, folder: &Path) {
        while self.levels.last().is_some_and(|level| !folder.starts_with(&level.folder)) {
            self.levels.pop();
        }
        let is_inside = self.levels.iter().any(|level| level.git.is_some()) || is_repository(folder);
        self.levels.push(Level::of(folder, is_inside));
    }

    pub fn covers(&self, path: &Path, is_folder: bool) -> bool {
        let says = |list: Option<&Gitignore>| match list?.matched(path, is_folder) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        };
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        // Lists of the tool's own count before those of git, and the nearest ones before all others.
        let own = self.levels.iter().rev().find_map(|level| says(level.own.as_ref()));
        let listed = own.or_else(|| self.levels.iter().rev().find_map(|level| says(level.git.as_ref())));
        listed.unwrap_or(is_hidden)
    }
}

impl Level {
    fn of(folder: &Path, in_repository: bool) -> Self {
        let git = in_repository.then(|| list(folder, &[".git/info/exclude", ".gitignore"]));
        let own = list(folder, &[".ignore", ".rgignore"]);
        Self { folder: folder.to_path_buf(), own: (!own.is_empty()).then_some(own), git }
    }
}

fn list(folder: &Path, names: &[&str]) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    for name in names {
        let Ok(beginning) = files::read_beginning(&folder.join(name), LONGEST_LIST) else { continue };
        for line in String::from_utf8_lossy(&beginning.bytes).lines() {
            // A line that is no pattern ignores nothing.
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
