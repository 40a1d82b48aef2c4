//! The folders below some roots, listed once and looked through again and again, also while they are being listed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::best::{Best, Hit};
use super::folder::Folder;
use super::query::{Query, Scorer};
use super::{Root, Stop, threads, walk};

/// With fewer entries one thread is faster than several.
const FEW: usize = 4096;

/// Clones are handles to the same.
#[derive(Clone, Debug, Default)]
pub struct Index {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    folders: Mutex<Vec<Arc<Folder>>>,
    complete: AtomicBool,
}

/// A question that an index is asked while it grows: what has been looked through is not looked through again.
#[derive(Debug)]
pub struct Search {
    /// Nothing fits an empty one.
    query: Option<Query>,
    best: Best,
    seen: usize,
}

/// What a search knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub hits: Vec<Hit>,
    /// There is no more to come.
    pub complete: bool,
}

impl Index {
    /// Lists the folders. Blocks until that is done or stopped.
    pub fn fill(&self, roots: &[Root], stop: &Stop) {
        let index = self;
        walk::walk(roots, stop, move || {
            move |folder: Option<Folder>| {
                if let Some(mut folder) = folder {
                    folder.shrink();
                    index.folders().push(Arc::new(folder));
                }
            }
        });
        self.shared.complete.store(true, Ordering::Release);
    }

    pub fn is_complete(&self) -> bool {
        self.shared.complete.load(Ordering::Acquire)
    }

    fn folders(&self) -> MutexGuard<'_, Vec<Arc<Folder>>> {
        self.shared.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Search {
    pub fn new(query: &str) -> Self {
        Self { query: Query::new(query), best: Best::default(), seen: 0 }
    }

    /// Looks through what the index has more than the last time. Blocks. `None` if it was stopped.
    pub fn go_on(&mut self, index: &Index, stop: &Stop) -> Option<Progress> {
        // In this order: what is complete then does not grow any more.
        let complete = index.is_complete();
        let Some(query) = &self.query else { return Some(Progress { hits: Vec::new(), complete }) };
        let folders: Vec<Arc<Folder>> = index.folders().iter().skip(self.seen).cloned().collect();
        let best = look_through(&folders, query, stop);
        if stop.is_stopped() {
            return None;
        }
        self.seen += folders.len();
        self.best = std::mem::take(&mut self.best).merge(best);
        Some(Progress { hits: self.best.clone().hits(query), complete })
    }
}

fn look_through(folders: &[Arc<Folder>], query: &Query, stop: &Stop) -> Best {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut scorer, mut best) = (Scorer::new(query), Best::default());
        while !stop.is_stopped()
            && let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed))
        {
            scorer.look_through(folder, &mut best);
        }
        best
    };
    if folders.iter().map(|folder| folder.len()).sum::<usize>() < FEW {
        return work();
    }
    std::thread::scope(|scope| {
        let start = |_| std::thread::Builder::new().name("file search".into()).spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..threads()).filter_map(start).collect();
        let best = work();
        others.into_iter().filter_map(|thread| thread.join().ok()).fold(best, Best::merge)
    })
}
