//! The searches for files that a connection has under way: single ones, and sessions of a user who types.
//!
//! Few run at once, since each uses all processors. All of it ends with the connection.

mod session;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codex_core::base::spawn::TaskGroup;
use codex_core::file_search::best::Hit;
use codex_core::file_search::query::Query;
use codex_core::file_search::{Root, Stop, find};
use tokio::sync::Semaphore;

use crate::outgoing::Outgoing;
use session::Session;

/// Each keeps the names of all its files.
pub(crate) const MOST_SESSIONS: usize = 8;
/// Single ones.
const AT_ONCE: usize = 2;

/// The searches of a connection. Clones are handles to the same.
#[derive(Clone, Debug)]
pub(crate) struct Searches {
    shared: Arc<Shared>,
    tasks: TaskGroup,
}

#[derive(Debug)]
struct Shared {
    sessions: Mutex<HashMap<String, Session>>,
    /// By the tokens that the client gave.
    single: Mutex<HashMap<String, Stop>>,
    at_once: Arc<Semaphore>,
}

/// A single search that may be given up. Dropping it gives it up.
#[derive(Debug)]
pub(crate) struct Single {
    searches: Searches,
    token: Option<String>,
    stop: Stop,
}

impl Searches {
    pub fn new(tasks: TaskGroup) -> Self {
        let shared = Shared {
            sessions: Mutex::default(),
            single: Mutex::default(),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        };
        Self { shared: Arc::new(shared), tasks }
    }

    /// Begins a search and ends an earlier one with the same token.
    pub fn single(&self, token: Option<String>) -> Single {
        let stop = Stop::default();
        if let Some(token) = token.clone()
            && let Some(earlier) = self.singles().insert(token, stop.clone())
        {
            earlier.stop();
        }
        Single { searches: self.clone(), token, stop }
    }

    /// Whether there is room for a session of this name.
    pub fn may_start(&self, id: &str) -> bool {
        let sessions = self.sessions();
        sessions.len() < MOST_SESSIONS || sessions.contains_key(id)
    }

    /// Starts a session; one of the same name ends.
    pub fn start(&self, id: String, roots: Vec<Root>, outgoing: Outgoing) {
        let session = Session::start(&self.tasks, id.clone(), roots, outgoing);
        self.sessions().insert(id, session);
    }

    pub fn has(&self, id: &str) -> bool {
        self.sessions().contains_key(id)
    }

    /// Lets a session look for something else.
    pub fn update(&self, id: &str, query: String) {
        if let Some(session) = self.sessions().get(id) {
            session.look_for(query);
        }
    }

    pub fn stop(&self, id: &str) {
        self.sessions().remove(id);
    }

    /// The connection has ended, and so does all of this.
    pub fn end(&self) {
        self.sessions().clear();
        self.singles().drain().for_each(|(_, stop)| stop.stop());
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.shared.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn singles(&self) -> MutexGuard<'_, HashMap<String, Stop>> {
        self.shared.single.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Single {
    /// What fits best; nothing when it was given up.
    pub async fn find(self, roots: Vec<Root>, query: Query) -> Vec<Hit> {
        // It is closed when the process ends.
        let Ok(_place) = self.searches.shared.at_once.clone().acquire_owned().await else {
            return Vec::new();
        };
        let stop = self.stop.clone();
        let found = self.searches.tasks.spawn_blocking(move || find(&roots, &query, &stop)).await;
        found.unwrap_or_else(|error| {
            tracing::error!("a search for files broke off: {error}");
            Vec::new()
        })
    }
}

impl Drop for Single {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(token) = &self.token {
            let mut single = self.searches.singles();
            if single.get(token).is_some_and(|newest| newest.is(&self.stop)) {
                single.remove(token);
            }
        }
    }
}
