//! The few that fit best, of however many fit.

use std::cmp::Ordering;
use std::sync::Arc;

use super::folder::{Folder, Named};
use super::query::{Query, matcher};

/// So many are told.
pub const MOST: usize = 50;

/// Something that fits.
#[derive(Clone, Debug)]
pub struct Found {
    pub score: u32,
    pub folder: Arc<Folder>,
    /// In the folder.
    pub at: usize,
}

/// Those that fit best, best first; of equals by their paths.
#[derive(Clone, Debug, Default)]
pub struct Best(Vec<Found>);

/// Something that fits, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Of the root, in the list of them.
    pub root: usize,
    pub path: String,
    pub name: String,
    pub is_folder: bool,
    pub score: u32,
    /// Which characters of the path fit.
    pub indices: Vec<u32>,
}

impl Found {
    fn entry(&self) -> Option<Named<'_>> {
        self.folder.entry(self.at)
    }

    fn path(&self) -> impl Iterator<Item = u8> {
        let folder = self.folder.path.as_bytes();
        let slash = if folder.is_empty() { &b""[..] } else { b"/" };
        let name = self.entry().map_or("", |entry| entry.name);
        folder.iter().chain(slash).chain(name.as_bytes()).copied()
    }

    fn compare(&self, other: &Self) -> Ordering {
        let by_score = other.score.cmp(&self.score);
        let by_path = || self.path().cmp(other.path());
        by_score.then_with(by_path).then_with(|| self.folder.root.cmp(&other.folder.root))
    }
}

impl Best {
    pub fn offer(&mut self, found: Found) {
        if self.0.len() >= MOST {
            let is_worse = |worst: &Found| found.compare(worst) != Ordering::Less;
            if self.0.last().is_none_or(is_worse) {
                return;
            }
            self.0.pop();
        }
        let at = self.0.partition_point(|other| other.compare(&found) == Ordering::Less);
        self.0.insert(at, found);
    }

    pub fn merge(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|found| self.offer(found));
        self
    }

    /// In words, with what of each fits the query that it was found with.
    pub fn hits(self, query: &Query) -> Vec<Hit> {
        let mut matcher = matcher();
        let hit = |found: Found| {
            let entry = found.entry()?;
            let folder = &found.folder.path;
            let path =
                if folder.is_empty() { entry.name.to_owned() } else { format!("{folder}/{}", entry.name) };
            Some(Hit {
                root: found.folder.root,
                path,
                name: entry.name.to_owned(),
                is_folder: entry.is_folder,
                score: found.score,
                indices: query.indices(folder, entry, &mut matcher),
            })
        };
        self.0.into_iter().filter_map(hit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_in_order() {
        let mut folder = Folder::new(0, "".into());
        (0..200).for_each(|number| folder.push(&format!("{number:03}"), false));
        let folder = Arc::new(folder);
        let found =
            |at: usize| Found { score: u32::try_from(at / 10 % 7).unwrap(), folder: Arc::clone(&folder), at };
        let mut all: Vec<Found> = (0..200).map(found).collect();
        let (mut best, mut other) = (Best::default(), Best::default());
        (0..100).rev().for_each(|at| best.offer(found(at)));
        (100..200).for_each(|at| other.offer(found(at)));
        all.sort_by(Found::compare);
        let kept: Vec<usize> = best.merge(other).0.iter().map(|found| found.at).collect();
        let expected: Vec<usize> = all.iter().take(MOST).map(|found| found.at).collect();
        assert_eq!(kept, expected);
    }
}
