//! Finding `SKILL.md` files below a folder, within limits of depth, number and time. Blocking.
//!
//! Folders behind links are looked into, files behind links are not read. A link in a project leads nowhere but into
//! this project; no link leads to the system's views of processes and devices. Folders with a dot are left out.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Problem;
use super::places::Place;

pub const FILE: &str = "SKILL.md";
/// How many folders below the one that is looked through.
const DEEPEST: usize = 6;

/// What looking may cost, for all places together.
#[derive(Debug)]
pub struct Budget {
    pub until: Instant,
    pub entries: usize,
    pub files: usize,
}

impl Budget {
    fn spend(&mut self) -> Result<(), &'static str> {
        self.entries = self.entries.checked_sub(1).ok_or("there are too many files below it")?;
        if Instant::now() >= self.until { Err("it takes too long to look through") } else { Ok(()) }
    }
}

/// Where is looked and where not.
struct Walk<'a> {
    within: Option<PathBuf>,
    forbidden: &'a [PathBuf],
    seen: HashSet<PathBuf>,
    waiting: VecDeque<(PathBuf, usize)>,
    files: Vec<PathBuf>,
    problems: Vec<Problem>,
}

/// The files below a place, free of links, with what could not be looked at. A place that does not exist has none.
pub fn files(place: &Place, forbidden: &[PathBuf], budget: &mut Budget) -> (Vec<PathBuf>, Vec<Problem>) {
    let mut walk = Walk {
        within: None,
        forbidden,
        seen: HashSet::new(),
        waiting: VecDeque::new(),
        files: Vec::new(),
        problems: Vec::new(),
    };
    let Ok(real) = place.folder.canonicalize() else { return (Vec::new(), Vec::new()) };
    if let Some(within) = &place.within {
        let Ok(within) = within.canonicalize() else { return (Vec::new(), Vec::new()) };
        walk.within = Some(within);
    }
    walk.enter(&place.folder, real, 0);
    while let Some((folder, depth)) = walk.waiting.pop_front() {
        if let Err(reason) = walk.look_into(&folder, depth, budget) {
            let message =
                format!("not all skills of this folder are listed: {reason}; keep skills alone in it");
            walk.problems.push(Problem { path: place.folder.clone(), message });
            break;
        }
    }
    (walk.files, walk.problems)
}

impl Walk<'_> {
    fn enter(&mut self, named: &Path, real: PathBuf, depth: usize) {
        if self.within.as_ref().is_some_and(|within| !real.starts_with(within)) {
            let message = "it is a link out of the project and is not followed; copy the skill, or put it into the \
                           `skills` folder of your home directory";
            self.problems.push(Problem { path: named.to_path_buf(), message: message.to_owned() });
        } else if depth <= DEEPEST
            && real.is_dir()
            && !self.forbidden.iter().any(|forbidden| real.starts_with(forbidden))
            && self.seen.insert(real.clone())
        {
            self.waiting.push_back((real, depth));
        }
    }

    fn look_into(&mut self, folder: &Path, depth: usize, budget: &mut Budget) -> Result<(), &'static str> {
        // One that cannot be read has nothing for anybody.
        let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
        let mut folders = Vec::new();
        for entry in entries.flatten() {
            budget.spend()?;
            let (name, path) = (entry.file_name(), entry.path());
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_file() && name == FILE {
                budget.files = budget.files.checked_sub(1).ok_or("there are too many skills")?;
                self.files.push(path);
            } else if (kind.is_dir() || kind.is_symlink())
                && name.to_str().is_some_and(|name| !name.starts_with('.'))
            {
                folders.push((path, kind.is_symlink()));
            }
        }
        folders.sort();
        for (path, is_link) in folders {
            let real = if is_link { path.canonicalize().ok() } else { Some(path.clone()) };
            if let Some(real) = real.filter(|real| real.is_dir()) {
                self.enter(&path, real, depth + 1);
            }
        }
        Ok(())
    }
}
