//! What is passed over: what `.ignore` files name, and in a repository what `.gitignore` files and git's own list name.
//! The nearest list that says something counts, and `.ignore` before git. Hidden files are not passed over.

use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::base::files;
use crate::git::place::is_repository;

/// Of longer lists the rest does not count.
const LONGEST_LIST: usize = 256 * 1024;

/// The lists that count in a folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules(Option<Arc<Level>>);

#[derive(Debug)]
struct Level {
    own: Option<Gitignore>,
    git: Option<Gitignore>,
    /// Git's lists of the folders above are another repository's, or nobody's.
    is_repository: bool,
    in_repository: bool,
    above: Option<Arc<Level>>,
}

/// Which lists a folder has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lists {
    pub own: bool,
    pub git: bool,
    pub repository: bool,
}

impl Lists {
    /// What a name says of the folder that it is in.
    pub fn note(&mut self, name: &[u8]) {
        match name {
            b".ignore" => self.own = true,
            b".gitignore" => self.git = true,
            b".git" => self.repository = true,
            _ => {}
        }
    }
}

impl Rules {
    /// Those of the folders around this one.
    pub fn above(folder: &Path) -> Self {
        let mut folders: Vec<&Path> = folder.ancestors().skip(1).collect();
        folders.reverse();
        let all = Lists { own: true, git: true, repository: true };
        folders.into_iter().fold(Self::default(), |rules, folder| rules.inside(folder, all))
    }

    /// Those in a folder with these lists.
    pub fn inside(&self, folder: &Path, lists: Lists) -> Self {
        let is_repository = lists.repository && is_repository(folder);
        let in_repository = is_repository || self.0.as_ref().is_some_and(|level| level.in_repository);
        let own = if lists.own { list(folder, &[".ignore"]) } else { None };
        let mut git = None;
        if in_repository && (lists.git || is_repository) {
            let names: &[&str] =
                if is_repository { &[".git/info/exclude", ".gitignore"] } else { &[".gitignore"] };
            git = list(folder, names);
        }
        if own.is_none() && git.is_none() && !is_repository {
            return self.clone();
        }
        let above = self.0.clone();
        Self(Some(Arc::new(Level { own, git, is_repository, in_repository, above })))
    }

    /// Whether nothing is passed over.
    pub fn are_empty(&self) -> bool {
        self.levels().all(|level| level.own.is_none() && level.git.is_none())
    }

    pub fn cover(&self, path: &Path, is_folder: bool) -> bool {
        let says = |list: Option<&Gitignore>| match list?.matched(path, is_folder) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        };
        if let Some(covered) = self.levels().find_map(|level| says(level.own.as_ref())) {
            return covered;
        }
        for level in self.levels() {
            if let Some(covered) = says(level.git.as_ref()) {
                return covered;
            }
            if level.is_repository {
                break;
            }
        }
        false
    }

    /// From the nearest outwards.
    fn levels(&self) -> impl Iterator<Item = &Level> {
        std::iter::successors(self.0.as_deref(), |level| level.above.as_deref())
    }
}

fn list(folder: &Path, names: &[&str]) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(folder);
    for name in names {
        let Ok(beginning) = files::read_beginning(&folder.join(name), LONGEST_LIST) else { continue };
        for line in String::from_utf8_lossy(&beginning.bytes).lines() {
            // A line that is no pattern ignores nothing.
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().ok().filter(|list| !list.is_empty())
}
