//! Changes until they are told, in bounded memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Change;

/// Of one watch. Beyond it the watched path stands for all.
const MOST_PATHS: usize = 400;

/// What happened since it was told last.
#[derive(Debug, Default)]
pub(super) struct Gathered(BTreeMap<String, BTreeSet<PathBuf>>);

impl Gathered {
    /// Something changed at `watched`, or in it.
    pub fn note(&mut self, id: &str, watched: &Path, changed: PathBuf) {
        let paths = self.0.entry(id.to_owned()).or_default();
        paths.insert(changed);
        if paths.len() > MOST_PATHS {
            paths.clear();
            paths.insert(watched.to_owned());
        }
    }

    pub fn forget(&mut self, id: &str) {
        self.0.remove(id);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What there is to tell, of the watches that may be told of.
    pub fn take(&mut self, may_be_told: impl Fn(&str) -> bool) -> Vec<Change> {
        let (told, kept) = std::mem::take(&mut self.0).into_iter().partition(|(id, _)| may_be_told(id));
        self.0 = kept;
        let told: BTreeMap<_, _> = told;
        told.into_iter().map(|(id, paths)| Change { id, paths: paths.into_iter().collect() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_many_changes_are_one() {
        let mut gathered = Gathered::default();
        for number in 0..=MOST_PATHS {
            gathered.note("a", "/w".as_ref(), format!("/w/{number}").into());
        }
        gathered.note("b", "/v".as_ref(), "/v/1".into());
        gathered.note("b", "/v".as_ref(), "/v/1".into());
        let change = |id: &str, path: &str| Change { id: id.into(), paths: vec![path.into()] };
        assert_eq!(gathered.take(|id| id == "a"), [change("a", "/w")]);
        assert_eq!(gathered.take(|_| true), [change("b", "/v/1")]);
        assert!(gathered.is_empty());
    }
}
