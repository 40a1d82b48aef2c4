//! A search of a user who types: the folders are listed once, each query looks through the list, and results are told
//! while it grows.

use std::time::Duration;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::file_search::{
    FuzzyFileSearchSessionCompletedNotification, FuzzyFileSearchSessionUpdatedNotification,
};
use codex_core::base::spawn::TaskGroup;
use codex_core::file_search::best::Hit;
use codex_core::file_search::index::{Index, Progress, Search};
use codex_core::file_search::{Root, Stop};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::convert::to_wire;
use crate::outgoing::Outgoing;

/// Between two looks at a list that grows.
const PAUSE: Duration = Duration::from_millis(50);

/// Dropping it ends it.
#[derive(Debug)]
pub(super) struct Session {
    query: watch::Sender<String>,
    /// Of listing the folders.
    stop: Stop,
    end: CancellationToken,
}

impl Session {
    pub fn start(tasks: &TaskGroup, id: String, roots: Vec<Root>, outgoing: Outgoing) -> Self {
        let (query, queries) = watch::channel(String::new());
        let (stop, end) = (Stop::default(), CancellationToken::new());
        let index = Index::default();
        let listing = tasks.spawn_blocking({
            let (index, stop, names) = (index.clone(), stop.clone(), roots.clone());
            move || index.fill(&names, &stop)
        });
        let task = Task { tasks: tasks.clone(), id, roots, outgoing, index, queries, listing: Some(listing) };
        let ended = end.clone();
        tasks.spawn(async move {
            tokio::select! {
                biased;
                () = ended.cancelled() => {}
                () = task.run() => {}
            }
        });
        Self { query, stop, end }
    }

    /// The same query again is answered again.
    pub fn look_for(&self, query: String) {
        self.query.send_replace(query);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop.stop();
        self.end.cancel();
    }
}

struct Task {
    tasks: TaskGroup,
    id: String,
    roots: Vec<Root>,
    outgoing: Outgoing,
    index: Index,
    queries: watch::Receiver<String>,
    /// Until it is done.
    listing: Option<JoinHandle<()>>,
}

/// Stops a search when nobody waits for it.
struct Running(Stop);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Task {
    async fn run(mut self) {
        loop {
            let query = self.queries.borrow_and_update().clone();
            let mut changed = self.queries.clone();
            let is_over = tokio::select! {
                biased;
                changed = changed.changed() => changed.is_err(),
                () = self.answer(&query) => self.queries.changed().await.is_err(),
            };
            if is_over {
                return;
            }
        }
    }

    /// Tells what fits, and again whenever that has changed, until all is listed.
    async fn answer(&mut self, query: &str) {
        let mut search = Search::new(query);
        let mut told: Option<Vec<Hit>> = None;
        loop {
            let running = Running(Stop::default());
            let (index, stop) = (self.index.clone(), running.0.clone());
            let looked = self.tasks.spawn_blocking(move || {
                let progress = search.go_on(&index, &stop);
                (search, progress)
            });
            let Ok((searched, Some(Progress { hits, complete }))) = looked.await else { return };
            search = searched;
            if told.as_ref() != Some(&hits) {
                self.tell(query, &hits).await;
                told = Some(hits);
            }
            if complete {
                let session_id = self.id.clone();
                let completed = FuzzyFileSearchSessionCompletedNotification { session_id };
                self.outgoing.notify(&ServerNotification::FuzzyFileSearchSessionCompleted(completed)).await;
                return;
            }
            self.wait().await;
        }
    }

    async fn tell(&self, query: &str, hits: &[Hit]) {
        let files = hits.iter().map(|hit| to_wire::file_search::result(hit, &self.roots)).collect();
        let (session_id, query) = (self.id.clone(), query.to_owned());
        let updated = FuzzyFileSearchSessionUpdatedNotification { session_id, query, files };
        self.outgoing.notify(&ServerNotification::FuzzyFileSearchSessionUpdated(updated)).await;
    }

    /// Until there is more to look at.
    async fn wait(&mut self) {
        let Some(listing) = &mut self.listing else { return sleep(PAUSE).await };
        tokio::select! {
            biased;
            listed = listing => {
                self.listing = None;
                if let Err(error) = listed {
                    tracing::error!("listing folders broke off: {error}");
                }
            }
            () = sleep(PAUSE) => {}
        }
    }
}
