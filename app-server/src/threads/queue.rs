//! What users have queued: messages that wait until no turn runs. They outlive the process.
//!
//! Each thread with something in its queue has a file of its own, in which a message stays until the turn that it begins
//! has stored it; nobody sees it there meanwhile. When a turn has been completed, the first message of the queue begins the next one, and if there is none, the goal of the thread may; an
//! interrupted or a failed turn lets both wait.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::thread_queue::{QueuedSubmission, ThreadQueueChangedNotification};
use codex_core::base::spawn::TaskGroup;
use codex_core::conversations::conversation::CodexConversation;
use codex_core::session::request::Accepted;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::submission::{TurnOverrides, UserTurn};
use tokio::sync::Semaphore;

use super::audience::Connections;
use super::queue_file::{self, Entry};
use crate::convert::to_core::input::user_input;
use crate::convert::to_wire::error::not_submitted;
use crate::error::RpcError;

/// The queues of all threads. Clones are handles to the same.
#[derive(Clone, Debug)]
pub(crate) struct Queues {
    home: Arc<Path>,
    connections: Connections,
    tasks: TaskGroup,
    /// For whoever changes a queue.
    right: Arc<Semaphore>,
    /// Turns of this process that take a message, and may not have stored it yet.
    begun: Arc<Mutex<HashSet<TurnId>>>,
}

impl Queues {
    pub(super) fn new(home: &Path, connections: Connections, tasks: TaskGroup) -> Self {
        let right = Arc::new(Semaphore::new(1));
        Self { home: home.into(), connections, tasks, right, begun: Arc::default() }
    }

    /// What waits, in order.
    pub(crate) async fn list(&self, thread: ConversationId) -> Result<Vec<QueuedSubmission>, RpcError> {
        let failed = || RpcError::internal("the queue of the thread could not be read");
        let (home, path, begun) = (self.home.clone(), self.path(thread), self.begun.clone());
        let task = self.tasks.spawn_blocking(move || {
            let mut entries = queue_file::read(&path)?;
            let taking = begun.lock().unwrap_or_else(PoisonError::into_inner).clone();
            queue_file::settle(&mut entries, (&home, thread), |turn| taking.contains(turn))?;
            Ok::<_, io::Error>(entries)
        });
        let entries = task.await.map_err(|error| failed().caused_by(error))?;
        let entries = entries.map_err(|error| failed().caused_by(error))?;
        let waiting = entries.into_iter().filter(|entry| entry.taken_by.is_none());
        Ok(waiting.map(|entry| entry.queued).collect())
    }

    /// Lets a function read and change the queue of a thread. Whether it has changed is told by the result.
    pub(crate) async fn edit<T: Send + 'static>(
        &self,
        thread: ConversationId,
        edit: impl FnOnce(&mut Vec<QueuedSubmission>) -> T + Send + 'static,
    ) -> Result<(T, bool), RpcError> {
        let editing = move |entries: &mut Vec<Entry>| {
            let waiting = entries.iter().filter(|entry| entry.taken_by.is_none());
            let before: Vec<_> = waiting.map(|entry| entry.queued.clone()).collect();
            let mut queue = before.clone();
            let result = edit(&mut queue);
            let has_changed = queue != before;
            entries.retain(|entry| entry.taken_by.is_some());
            entries.extend(queue.into_iter().map(Entry::waiting));
            (result, has_changed)
        };
        self.change(thread, editing).await
    }

    /// The same with those that are being taken.
    async fn change<T: Send + 'static>(
        &self,
        thread: ConversationId,
        change: impl FnOnce(&mut Vec<Entry>) -> T + Send + 'static,
    ) -> Result<T, RpcError> {
        let failed = || RpcError::internal("the queue could not be read");
        let _right = self.right.acquire().await.map_err(|error| failed().caused_by(error))?;
        let (home, path, begun) = (self.home.clone(), self.path(thread), self.begun.clone());
        let task = self.tasks.spawn_blocking(move || {
            let _lock = queue_file::lock(&path)?;
            let before = queue_file::read(&path)?;
            let mut entries = before.clone();
            let taking = begun.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let stored = queue_file::settle(&mut entries, (&home, thread), |turn| taking.contains(turn))?;
            let result = change(&mut entries);
            if entries != before {
                queue_file::write(&path, &entries)?;
            }
            begun.lock().unwrap_or_else(PoisonError::into_inner).retain(|turn| !stored.contains(turn));
            Ok::<_, io::Error>(result)
        });
        let changed = task.await.map_err(|error| failed().caused_by(error))?;
        changed.map_err(|error| {
            RpcError::internal(format!("the queue of the thread could not be stored: {error}"))
                .caused_by(error)
        })
    }

    /// Forgets what a thread has queued, whatever that is.
    pub(crate) async fn clear(&self, thread: ConversationId) -> Result<(), RpcError> {
        let failed = || RpcError::internal("the queue of the thread could not be removed");
        let _right = self.right.acquire().await.map_err(|error| failed().caused_by(error))?;
        match std::fs::remove_file(self.path(thread)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed().caused_by(error)),
            _ => Ok(()),
        }
    }

    pub(crate) async fn tell_of_change(&self, thread: ConversationId) {
        let changed = ThreadQueueChangedNotification { thread_id: thread.to_string() };
        self.connections.broadcast(&ServerNotification::ThreadQueueChanged(changed)).await;
    }

    /// Takes the named message out of the queue, or the first one, and gives it to a thread that does nothing.
    /// Nothing of the turn is told before the answer's `go`.
    pub(crate) async fn start(
        &self,
        conversation: &CodexConversation,
        named: Option<String>,
    ) -> Result<Accepted, RpcError> {
        let id = conversation.id();
        let snapshot = conversation.snapshot().await.map_err(|_| RpcError::thread_not_found(id))?;
        if snapshot.active_turn.is_some() {
            return Err(RpcError::invalid_request("thread already has an active or pending turn"));
        }
        let (turn_id, taking) = (TurnId::fresh(), named.clone());
        let taker = turn_id.clone();
        self.is_about_to(|begun| begun.insert(turn_id.clone()));
        let taken = self.change(id, move |entries| {
            let is_taken = |entry: &&mut Entry| {
                entry.taken_by.is_none() && taking.as_ref().is_none_or(|wanted| entry.queued.id == *wanted)
            };
            let entry = entries.iter_mut().find(is_taken)?;
            entry.taken_by = Some(taker);
            Some(entry.queued.clone())
        });
        let started = async {
            let queued = taken.await?.ok_or_else(|| match named {
                Some(named) => RpcError::queued_submission_not_found(&named),
                None => RpcError::invalid_request("queue is empty"),
            })?;
            let turn = UserTurn {
                items: user_input(queued.input)?,
                client_id: Some(queued.client_user_message_id),
                overrides: TurnOverrides::default(),
                final_output_json_schema: None,
            };
            conversation.start_turn(turn_id.clone(), turn).await?.map_err(not_submitted)
        };
        let started = started.await;
        let joined = started.as_ref().ok().map(|accepted| accepted.turn_id.clone());
        if joined.as_ref() != Some(&turn_id) {
            self.is_about_to(|begun| begun.remove(&turn_id));
        }
        // A turn has begun in between, which takes the message as well.
        if let Some(joined) = joined.filter(|joined| *joined != turn_id) {
            let is_taken = move |entry: &&mut Entry| entry.taken_by.as_ref() == Some(&turn_id);
            let remark = move |entries: &mut Vec<Entry>| {
                entries.iter_mut().filter(is_taken).for_each(|entry| entry.taken_by = Some(joined.clone()));
            };
            self.change(id, remark).await?;
        }
        started
    }

    fn is_about_to(&self, change: impl FnOnce(&mut HashSet<TurnId>) -> bool) {
        change(&mut self.begun.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A turn has ended in another way: what it has taken is taken.
    pub(super) fn settle(&self, thread: ConversationId) {
        if !self.path(thread).exists() {
            return;
        }
        let queues = self.clone();
        self.tasks.spawn(async move {
            if let Err(error) = queues.change(thread, |_| ()).await {
                tracing::warn!(%thread, %error, "what a turn has taken out of the queue is not settled yet");
            }
        });
    }

    /// Lets the goal of a thread begin a turn, unless something is queued: that comes first, when its user says so.
    pub(crate) async fn let_goal_go_on(&self, conversation: &CodexConversation) {
        match self.list(conversation.id()).await {
            Ok(queue) if queue.is_empty() => {
                let _session_has_ended = conversation.go_on().await;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(thread = %conversation.id(), %error, "the goal waits"),
        }
    }

    /// A turn has been completed: the first message of the queue begins the next one, else the goal of the thread may,
    /// while nobody waits for it.
    pub(super) fn go_on(&self, conversation: Arc<CodexConversation>) {
        let queues = self.clone();
        self.tasks.spawn(async move {
            if !queues.begin_first(&conversation).await {
                queues.let_goal_go_on(&conversation).await;
            }
        });
    }

    /// Whether the queue has begun a turn.
    async fn begin_first(&self, conversation: &CodexConversation) -> bool {
        let id = conversation.id();
        if !self.path(id).exists() {
            return false;
        }
        match self.start(conversation, None).await {
            Ok(accepted) => {
                self.tell_of_change(id).await;
                let _session_has_ended = accepted.go.send(());
                true
            }
            Err(error) => {
                tracing::debug!(thread = %id, %error, "the queue waits");
                false
            }
        }
    }

    fn path(&self, thread: ConversationId) -> PathBuf {
        self.home.join("queues").join(format!("{thread}.json"))
    }
}
