//! An index of all stored conversations: a SQLite file in the home directory, beside the files which are the truth.
//!
//! It makes lists fast and never decides what is in them: before each list the folders are asked whether names have come
//! or gone, and what is shown is held against its file. So it may be deleted, restored, or written by
//! several processes at any time. When it is missing, behind, locked or broken, a list is made from the files as if
//! there were none, and it is built or repaired in the background, after the first list of a process.
//!
//! What it does not notice at once: a file whose beginning is rewritten in place, or which is exchanged twice between
//! two lists for one with the same number, as long as it is not shown. That is found when a process looks through all
//! files for the first time.

mod build;
mod failed;
mod filter;
mod folders;
mod heads;
mod mark;
mod recent;
mod rows;
mod store;
mod sync;
mod times;
mod twins;

#[cfg(test)]
mod alike_tests;
#[cfg(test)]
mod home_tests;
#[cfg(test)]
mod testkit;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::cursor::Cursor;
use super::error::Error;
use super::files::Files;
use super::list::{self, Page, Said, Wanted};
use super::query::{ListQuery, SortKey};
use super::search::{self, Found};
use crate::base::spawn::TaskGroup;
use failed::Failed;
use recent::Recent;
use rows::Rows;
use store::Store;
use sync::{Effort, Reach, Times};

/// What may be spent on the names while somebody waits for a list.
const WHILE_WAITING: Effort = Effort { folders: 64, names: 200 };
/// The same while somebody else does most of it.
const WHILE_BUILDING: Effort = Effort { folders: 8, names: 16 };
/// After a failure nothing is built for so long.
const AGAIN: Duration = Duration::from_secs(60);

/// The stored conversations of a home directory.
#[derive(Debug)]
pub struct ThreadIndex {
    home: PathBuf,
    group: TaskGroup,
    /// Ends what goes on in the background.
    token: CancellationToken,
    recent: Recent,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Of the last list, for the next one.
    idle: Option<Store>,
    is_building: bool,
    /// All files were looked at once.
    is_checked: bool,
    not_before: Option<Instant>,
    has_told: bool,
}

impl ThreadIndex {
    pub fn new(home: PathBuf, group: TaskGroup, token: CancellationToken) -> Self {
        Self { home, group, token, recent: Recent::default(), state: Mutex::default() }
    }

    /// Lists. Blocks, and must be called within a runtime.
    pub fn list(self: &Arc<Self>, query: &ListQuery) -> Result<Page, Error> {
        self.list_where(query, &mut |_| Ok(true))
    }

    /// A page of conversations in which the words are; `None` if there is nothing to look for.
    pub async fn search(self: &Arc<Self>, query: ListQuery, term: String) -> Result<Option<Found>, Error> {
        let index = self.clone();
        let task = self.group.spawn_blocking(move || {
            search::search(&term, &mut |is_wanted| index.list_where(&query, is_wanted))
        });
        task.await.map_err(|_| Error::Closed)?
    }

    fn list_where(self: &Arc<Self>, query: &ListQuery, is_wanted: Wanted<'_>) -> Result<Page, Error> {
        let said = self.recent.said(&self.home)?;
        // Places in sections are few and stand elsewhere.
        if query.sort != SortKey::Place {
            // A wrong one is the client's, and says nothing of the index.
            query.cursor.as_deref().map(Cursor::parse).transpose()?;
            let result = self.indexed(query, &said, is_wanted);
            result.as_ref().inspect_err(|failed| self.note(failed)).ok();
            self.check();
            if let Ok(page) = result {
                self.recent.forget_files();
                return Ok(page);
            }
        }
        let files = Files { home: &self.home, recently: Some(&self.recent) };
        list::from_files(files, query, &said, is_wanted)
    }

    fn indexed(&self, query: &ListQuery, said: &Said, is_wanted: Wanted<'_>) -> Result<Page, Failed> {
        let idle = self.state().idle.take().filter(Store::is_current);
        let effort = if self.state().is_building { WHILE_BUILDING } else { WHILE_WAITING };
        let mut store = match idle {
            Some(store) => store,
            None => Store::open(&self.home)?,
        };
        let reach = sync::sync(&mut store, &self.home, effort, Times::of(query))?;
        let page = page(&mut store, &self.home, (query, said, reach), is_wanted)?;
        let mut state = self.state();
        state.is_checked &= !store.is_untidy();
        state.idle = Some(store);
        Ok(page)
    }

    /// Starts what is to be done in the background, if anything is.
    fn check(self: &Arc<Self>) {
        let mut state = self.state();
        let is_early = state.not_before.is_some_and(|time| Instant::now() < time);
        if state.is_checked || state.is_building || is_early || self.token.is_cancelled() {
            return;
        }
        state.is_building = true;
        drop(state);
        self.group.spawn(build::run(self.clone()));
    }

    fn has_checked(&self, result: Result<(), Failed>) {
        if let Err(failed) = &result {
            self.note(failed);
        }
        let mut state = self.state();
        state.is_building = false;
        state.is_checked = result.is_ok();
        state.not_before = result.is_err().then(|| Instant::now() + AGAIN);
    }

    /// Says why, once.
    fn note(&self, failed: &Failed) {
        if failed.is_broken() {
            store::remove(&self.home);
        }
        let mut state = self.state();
        if failed.is_broken() || matches!(failed, Failed::Behind) {
            state.is_checked = false;
        }
        let is_usual = matches!(failed, Failed::Behind) || failed.is_contention();
        if is_usual || std::mem::replace(&mut state.has_told, true) {
            tracing::debug!(error = %failed, "the index of threads is not used");
        } else if matches!(failed, Failed::Refused(_)) {
            tracing::info!(error = %failed, "there is no index of threads; lists are made from the files");
        } else {
            tracing::warn!(error = %failed, "the index of threads is not used; lists are made from the files");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn page(
    store: &mut Store,
    home: &Path,
    (query, said, reach): (&ListQuery, &Said, Reach),
    is_wanted: Wanted<'_>,
) -> Result<Page, Failed> {
    let mut rows = Rows::new(store, home, (query, said), reach)?;
    let page = list::page(&mut rows, query, said, is_wanted)?;
    let read = std::mem::take(&mut rows.read);
    drop(rows);
    // It is only read once more if it cannot be kept.
    if let Err(error) = store.without_patience(|store| build::keep(store, &read, &[])) {
        tracing::debug!(%error, "what was read of threads is not kept in their index");
    }
    Ok(page)
}
