//! What was read for the last lists, in memory: a little, for a process whose index is not there yet.
//!
//! All of it is known again by [`Mark`]s of the files that it comes from.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::super::error::Error;
use super::super::files::Recently;
use super::super::head::Head;
use super::super::list::Said;
use super::super::location::Named;
use super::super::{names, repositories, sections};
use super::mark::Mark;

/// So many beginnings are kept,
const MOST: usize = 256;
/// and none that says more than this at first, in bytes.
const LONG: usize = 4 * 1024;
/// So many names are kept.
const NAMES: usize = 4 * 1024;
/// What users have said is kept as long as its files are not larger than this.
const MUCH: u64 = 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Recent {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    heads: HashMap<PathBuf, (Mark, Head)>,
    named: HashMap<PathBuf, (Mark, Arc<Named>)>,
    /// In all folders.
    names: usize,
    said: Option<(Marks, Arc<Said>)>,
}

/// Of the files with what users have said; absent ones have none.
type Marks = [Option<Mark>; 3];

impl Recent {
    pub fn said(&self, home: &Path) -> Result<Arc<Said>, Error> {
        let files = [names::file(home), sections::file(home), repositories::file(home)];
        let found = files.map(|file| fs::metadata(file).ok());
        let marks = found.each_ref().map(|found| found.as_ref().map(Mark::of));
        if let Some((_, said)) = self.kept().said.as_ref().filter(|(kept, _)| *kept == marks) {
            return Ok(said.clone());
        }
        let said = Arc::new(Said::read(home)?);
        let size: u64 = found.iter().flatten().map(fs::Metadata::len).sum();
        self.kept().said = (size <= MUCH).then(|| (marks, said.clone()));
        Ok(said)
    }

    /// What an index knows.
    pub fn forget_files(&self) {
        let mut kept = self.kept();
        *kept = Kept { said: kept.said.take(), ..Kept::default() };
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recently for Recent {
    fn named(&self, folder: &Path, metadata: &fs::Metadata) -> Option<Arc<Named>> {
        let kept = self.kept();
        let (mark, named) = kept.named.get(folder)?;
        (*mark == Mark::of(metadata)).then(|| named.clone())
    }

    fn keep_named(&self, folder: &Path, (metadata, now): (&fs::Metadata, SystemTime), named: &Arc<Named>) {
        let Some(mark) = Mark::settled(metadata, now).filter(|_| named.len() <= NAMES) else {
            return;
        };
        let mut kept = self.kept();
        // An empty folder takes place, too.
        kept.names += named.len() + 1;
        if kept.names > NAMES {
            kept.named.clear();
            kept.names = named.len() + 1;
        }
        kept.named.insert(folder.to_path_buf(), (mark, named.clone()));
    }

    fn head(&self, path: &Path, metadata: &fs::Metadata) -> Option<Head> {
        let kept = self.kept();
        let (mark, head) = kept.heads.get(path)?;
        (*mark == Mark::of(metadata)).then(|| head.clone())
    }

    fn keep(&self, path: &Path, metadata: &fs::Metadata, head: &Head) {
        if head.preview.as_ref().is_some_and(|preview| preview.len() > LONG)
            || !head.meta.dynamic_tools.is_empty()
        {
            return;
        }
        let mut kept = self.kept();
        if kept.heads.len() >= MOST {
            kept.heads.clear();
        }
        kept.heads.insert(path.to_path_buf(), (Mark::of(metadata), head.clone()));
    }
}
