//! What lay in a folder without being stored, so that it is not taken for something new.
//!
//! The lists are stored with a conversation, so they are bounded: where there would be too many names, the folders that
//! they lie in stand for them, and everything else in those folders is left alone, too.

use std::collections::BTreeSet;

const MOST_NAMES: usize = 2_000;
const MOST_BYTES: usize = 128 * 1024;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    pub files: BTreeSet<String>,
    /// Without a `/` at their ends; everything is in the one without a name.
    pub folders: BTreeSet<String>,
}

impl Lists {
    /// A name that ends with `/` is a folder.
    pub fn add(&mut self, path: &[u8]) {
        let name = String::from_utf8_lossy(path);
        match name.strip_suffix('/') {
            Some(folder) => self.folders.insert(folder.to_owned()),
            None => self.files.insert(name.into_owned()),
        };
    }

    /// Whether this was there, or may have been.
    pub fn contains(&self, path: &[u8]) -> bool {
        let name = String::from_utf8_lossy(path);
        self.files.contains(name.as_ref()) || self.is_below(&name)
    }

    fn is_below(&self, name: &str) -> bool {
        let above = name.match_indices('/').filter_map(|(at, _)| name.get(..at));
        [""].into_iter().chain(above).any(|folder| self.folders.contains(folder))
    }

    /// The same, or more, in fewer names.
    pub fn bounded(mut self) -> Self {
        while self.is_too_long() {
            let deepest = self.files.iter().chain(&self.folders).map(|name| depth(name)).max();
            let Some(deepest) = deepest.filter(|depth| *depth > 0) else {
                return Self { files: BTreeSet::new(), folders: [String::new()].into() };
            };
            let shorter = |name: String| match name.rsplit_once('/') {
                Some((parent, _)) if depth(&name) == deepest => (parent.to_owned(), true),
                _ => (name, false),
            };
            let (moved, files): (Vec<_>, Vec<_>) =
                self.files.into_iter().map(shorter).partition(|(_, is_moved)| *is_moved);
            let folders = self.folders.into_iter().map(shorter);
            self.folders = folders.chain(moved).map(|(name, _)| name).collect();
            self.files = files.into_iter().map(|(name, _)| name).collect();
        }
        self.without_covered()
    }

    fn without_covered(mut self) -> Self {
        let covered: Vec<_> = self.files.iter().filter(|name| self.is_below(name)).cloned().collect();
        covered.iter().for_each(|name| {
            self.files.remove(name);
        });
        let covered: Vec<_> =
            self.folders.iter().filter(|name| !name.is_empty() && self.is_below(name)).cloned().collect();
        covered.iter().for_each(|name| {
            self.folders.remove(name);
        });
        self
    }

    fn is_too_long(&self) -> bool {
        let bytes: usize = self.files.iter().chain(&self.folders).map(String::len).sum();
        self.files.len() + self.folders.len() > MOST_NAMES || bytes > MOST_BYTES
    }
}

/// In how many folders it lies.
fn depth(name: &str) -> usize {
    name.matches('/').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(names: impl IntoIterator<Item = String>) -> Lists {
        let mut lists = Lists::default();
        names.into_iter().for_each(|name| lists.add(name.as_bytes()));
        lists
    }

    #[test]
    fn a_folder_stands_for_what_is_in_it() {
        let lists = lists(["build/".to_owned(), "a/b.log".to_owned(), "a/nested/".to_owned()]);
        for inside in ["build/x/y", "a/b.log", "a/nested/x"] {
            assert!(lists.contains(inside.as_bytes()), "{inside}");
        }
        for outside in ["build", "builder/x", "a/b.log2", "a/c", "b.log"] {
            assert!(!lists.contains(outside.as_bytes()), "{outside}");
        }
    }

    #[test]
    fn many_names_become_folders_that_cover_them() {
        let names: Vec<_> = (0..10_000).map(|number| format!("a/b{}/{number}.o", number % 30)).collect();
        let bounded = lists(names.iter().cloned().chain(["top".to_owned()])).bounded();
        assert!(!bounded.is_too_long());
        assert!(names.iter().all(|name| bounded.contains(name.as_bytes())));
        assert!(bounded.contains(b"top") && !bounded.contains(b"other"), "{bounded:?}");
        assert_eq!(bounded.folders.len(), 30);
        let flat = lists((0..10_000).map(|number| format!("{number}.o"))).bounded();
        assert!(flat.contains(b"anything/at/all"));
    }
}
