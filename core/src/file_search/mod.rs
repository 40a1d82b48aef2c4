//! Finding files and folders by a few letters of their paths.
//!
//! Folders are listed in several threads, passing over what a repository's lists of ignored files name. Either each
//! folder is matched as it is listed and forgotten, for one question ([`find`]), or it is kept in few bytes, for a user
//! who types ([`index::Index`]). Repositories are not trusted: links in circles end, lists are read up to a size, and
//! there is a number of entries beyond which nothing is looked at.

pub mod best;
pub mod folder;
pub mod index;
mod listing;
pub mod query;
mod rules;
mod walk;

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::paths::AbsolutePath;
use best::{Best, Hit};
use query::{Query, Scorer};

/// More threads do not list faster.
const MOST_THREADS: usize = 8;

/// A folder to look in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    pub path: AbsolutePath,
    /// As the client wrote it.
    pub name: String,
}

/// Ends a search that nobody waits for any more. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether both are one.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What fits best below the roots, best first. Blocks. Once it is stopped nothing fits.
pub fn find(roots: &[Root], query: &Query, stop: &Stop) -> Vec<Hit> {
    let workers = walk::walk(roots, stop, || {
        let (mut scorer, mut best) = (Scorer::new(query), Best::default());
        move |folder: Option<folder::Folder>| match folder {
            Some(folder) => {
                scorer.look_through(&Arc::new(folder), &mut best);
                Best::default()
            }
            None => std::mem::take(&mut best),
        }
    });
    let best = workers.into_iter().fold(Best::default(), |best, mut worker| best.merge(worker(None)));
    if stop.is_stopped() { Vec::new() } else { best.hits(query) }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS)
}

#[cfg(test)]
mod tests;
