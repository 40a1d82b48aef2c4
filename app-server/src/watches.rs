//! What a connection watches for its client, by the names that the client gave.
//!
//! One task has it all, once there is something to watch. It waits a moment after the first of several changes, so that
//! they are told together, and for room in the queue to the client; what happens meanwhile is told after it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::fs_watch::FsChangedNotification;
use codex_core::base::paths::AbsolutePath;
use codex_core::base::spawn::TaskGroup;
use codex_core::watch::{Change, Error, Watcher};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::outgoing::Outgoing;

/// Changes that come in this time are told together.
const TOGETHER: Duration = Duration::from_millis(100);
const REQUESTS: usize = 16;

/// What a connection watches. Clones are handles to the same.
#[derive(Clone, Debug)]
pub(crate) struct Watches {
    requests: Arc<Mutex<Option<mpsc::Sender<Request>>>>,
    tasks: TaskGroup,
    end: CancellationToken,
}

#[derive(Debug)]
enum Request {
    Watch {
        id: String,
        path: AbsolutePath,
        answer: oneshot::Sender<Result<(), Error>>,
    },
    /// The client knows that it is watched.
    Tell {
        id: String,
    },
    Unwatch {
        id: String,
        answer: oneshot::Sender<()>,
    },
}

impl Watches {
    pub fn new(tasks: TaskGroup) -> Self {
        Self { requests: Arc::default(), tasks, end: CancellationToken::new() }
    }

    /// Watches a path. Nothing is told of it before [`Watches::tell`].
    pub async fn watch(&self, outgoing: &Outgoing, id: &str, path: AbsolutePath) -> Result<(), Error> {
        let requests = self.begin(outgoing)?;
        let (answer, answered) = oneshot::channel();
        let gone = || Error::Io(std::io::ErrorKind::BrokenPipe.into());
        let request = Request::Watch { id: id.to_owned(), path, answer };
        requests.send(request).await.map_err(|_closed| gone())?;
        answered.await.map_err(|_closed| gone())?
    }

    pub async fn tell(&self, id: String) {
        self.send(Request::Tell { id }).await;
    }

    /// When it returns nothing more is told.
    pub async fn unwatch(&self, id: String) {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Unwatch { id, answer }).await;
        // Without a task there is nothing to end.
        let _ = answered.await;
    }

    /// The connection has ended, and so does all of this.
    pub fn end(&self) {
        self.end.cancel();
    }

    async fn send(&self, request: Request) {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(requests) = requests {
            // A task that has ended watches nothing.
            let _ = requests.send(request).await;
        }
    }

    /// The way to the task, which begins now if there is none.
    fn begin(&self, outgoing: &Outgoing) -> Result<mpsc::Sender<Request>, Error> {
        let mut known = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(requests) = known.as_ref().filter(|requests| !requests.is_closed()) {
            return Ok(requests.clone());
        }
        let watcher = Watcher::new()?;
        let (sender, requests) = mpsc::channel(REQUESTS);
        let task = Task { watcher, requests, outgoing: outgoing.clone(), silent: HashSet::new() };
        let end = self.end.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = task.run() => {}
            }
        });
        *known = Some(sender.clone());
        Ok(sender)
    }
}

struct Task {
    watcher: Watcher,
    requests: mpsc::Receiver<Request>,
    outgoing: Outgoing,
    /// Those that the client does not know of yet.
    silent: HashSet<String>,
}

impl Task {
    async fn run(mut self) {
        let mut due: Option<Instant> = None;
        loop {
            let is_time = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                request = self.requests.recv() => match request {
                    Some(request) => {
                        self.hear(request);
                        due = due.or_else(|| Some(Instant::now() + TOGETHER));
                    }
                    None => return,
                },
                () = is_time => {
                    due = None;
                    self.tell().await;
                }
                changed = self.watcher.changed(), if due.is_none() => match changed {
                    Ok(()) => due = Some(Instant::now() + TOGETHER),
                    Err(error) => {
                        tracing::error!("nothing is watched any more: {error}");
                        return;
                    }
                },
            }
        }
    }

    fn hear(&mut self, request: Request) {
        // Who does not wait for the answer any more has gone.
        match request {
            Request::Watch { id, path, answer } => {
                let watched = self.watcher.watch(&id, path);
                if watched.is_ok() {
                    self.silent.insert(id);
                }
                let _ = answer.send(watched);
            }
            Request::Tell { id } => {
                self.silent.remove(&id);
            }
            Request::Unwatch { id, answer } => {
                self.silent.remove(&id);
                self.watcher.unwatch(&id);
                let _ = answer.send(());
            }
        }
    }

    async fn tell(&mut self) {
        let silent = &self.silent;
        for Change { id, paths } in self.watcher.take(|id| !silent.contains(id)) {
            let changed_paths = paths.iter().map(|path: &PathBuf| path.display().to_string()).collect();
            let changed = FsChangedNotification { watch_id: id, changed_paths };
            self.outgoing.notify(&ServerNotification::FsChanged(changed)).await;
        }
    }
}
