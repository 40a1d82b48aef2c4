//! Which threads are loaded and who listens to them.
//!
//! Handlers ask here for a thread; what its clients have been told belongs to its pump. A loaded thread without
//! listeners goes on: its events are taken and told to nobody. Once it has done nothing for long, it is ended.

pub(crate) mod audience;
mod pump;
mod questions;
mod queue;
mod queue_file;
pub(crate) mod unread;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::thread::{
    ThreadClosedNotification, ThreadStatus, ThreadStatusChangedNotification,
};
use codex_core::base::spawn::TaskGroup;
use codex_core::base::time::now_ms;
use codex_core::conversations::conversation::CodexConversation;
use codex_core::error::CoreError;
use codex_core::rollout::read_states::ReadStates;
use codex_protocol::event::Event;
use codex_protocol::git::GitInfo;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::submission::Submission;
use tokio::sync::{mpsc, oneshot, watch};

use crate::error::RpcError;
use crate::outgoing::Outgoing;
use crate::projection::{Projection, Told};
use audience::{ConnectionId, Connections, Listener};
use pump::{Ended, GoesOn, MAILBOX, Message, Parts, Pump, Sources};
use queue::Queues;
use unread::Unread;

/// The loaded threads of this process. Clones are handles to the same.
#[derive(Clone, Debug)]
pub(crate) struct Threads {
    connections: Connections,
    queues: Queues,
    read_states: ReadStates,
    loaded: Arc<Mutex<HashMap<ConversationId, LoadedThread>>>,
    tasks: TaskGroup,
}

/// A thread in memory. Clones are handles to the same.
#[derive(Clone, Debug)]
pub(crate) struct LoadedThread {
    pub(crate) conversation: Arc<CodexConversation>,
    pub(crate) facts: Arc<ThreadFacts>,
    mailbox: mpsc::Sender<Message>,
    status: watch::Receiver<ThreadStatus>,
}

/// What does not change while a thread is loaded.
#[derive(Debug)]
pub(crate) struct ThreadFacts {
    /// Absent if nothing of the thread is stored.
    pub(crate) path: Option<PathBuf>,
    pub(crate) forked_from: Option<ConversationId>,
    /// Unix milliseconds.
    pub(crate) created_at_ms: i64,
    pub(crate) instruction_sources: Vec<PathBuf>,
    pub(crate) git: Option<GitInfo>,
    pub(crate) originator: String,
    pub(crate) cli_version: String,
}

/// A thread that has just been loaded, on its way to those who listen.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) conversation: Arc<CodexConversation>,
    pub(crate) events: mpsc::Receiver<Box<Event>>,
    pub(crate) facts: ThreadFacts,
    /// The last turn of the stored history.
    pub(crate) last_turn: Option<TurnId>,
    pub(crate) listeners: Vec<Listener>,
}

/// Holds back what a thread has to tell. Opens when it is dropped, at the latest.
#[derive(Debug)]
#[must_use = "a gate that is dropped is open"]
pub(crate) struct Gate(oneshot::Sender<()>);

impl Gate {
    pub(crate) fn open(self) {
        let _pump_has_ended = self.0.send(());
    }
}

impl Threads {
    pub(crate) fn new(home: &Path, tasks: TaskGroup) -> Self {
        let connections = Connections::default();
        let queues = Queues::new(home, connections.clone(), tasks.clone());
        Self { connections, queues, read_states: ReadStates::new(home), loaded: Arc::default(), tasks }
    }

    /// What waits until the turns of the threads are over.
    pub(crate) fn queues(&self) -> &Queues {
        &self.queues
    }

    /// What is unread of the threads.
    pub(crate) fn read_states(&self) -> &ReadStates {
        &self.read_states
    }

    /// A connection hears from now on what is told to everybody.
    pub(crate) fn connect(&self, outgoing: Outgoing) -> Listener {
        self.connections.add(outgoing)
    }

    /// Tells every connection.
    pub(crate) async fn broadcast(&self, notification: &ServerNotification) {
        self.connections.broadcast(notification).await;
    }

    /// Takes a thread in. Its events are taken from now on and told once the gate is open.
    pub(crate) fn open(&self, opening: Opening) -> (LoadedThread, Gate) {
        let Opening { conversation, events, facts, last_turn, listeners } = opening;
        let id = conversation.id();
        let is_stored = facts.path.is_some();
        let unread = Unread { states: self.read_states.clone(), id, tasks: self.tasks.clone() };
        let (mailbox, messages) = mpsc::channel(MAILBOX);
        let (status, told_status) = watch::channel(ThreadStatus::Idle);
        let thread = LoadedThread {
            conversation: Arc::clone(&conversation),
            facts: Arc::new(facts),
            mailbox,
            status: told_status,
        };
        self.lock().insert(id, thread.clone());
        let parts = Parts {
            projection: Projection::new(id.to_string(), last_turn, now_ms),
            listeners,
            connections: self.connections.clone(),
            status,
            goes_on: Some(GoesOn { queues: self.queues.clone(), conversation: Arc::clone(&conversation) }),
            unread: is_stored.then_some(unread),
            idle_timeout: conversation.config().thread_idle_timeout,
        };
        let pump = Pump::new(parts, move |submission: Submission| {
            let conversation = Arc::clone(&conversation);
            async move {
                if conversation.submit(submission).await.is_err() {
                    tracing::debug!(thread = %id, "an answer came after the end of the conversation");
                }
            }
        });
        let (gate, opened) = oneshot::channel();
        let threads = self.clone();
        let mine = thread.mailbox.clone();
        self.tasks.spawn(async move {
            let ended = Box::new(pump).run(Sources { events, mailbox: messages }, opened).await;
            threads.forget(id, &mine);
            if ended == Ended::Idle {
                Box::pin(threads.tell_of_closing(id)).await;
            }
        });
        (thread, Gate(gate))
    }

    /// A loaded thread; none if it is about to be unloaded.
    pub(crate) fn get(&self, id: &ConversationId) -> Option<LoadedThread> {
        self.lock().get(id).filter(|thread| !thread.mailbox.is_closed()).cloned()
    }

    /// What a thread is doing, loaded or not.
    pub(crate) fn status(&self, id: &ConversationId) -> ThreadStatus {
        self.lock().get(id).map_or(ThreadStatus::NotLoaded, LoadedThread::status)
    }

    /// Ids of the loaded threads, oldest first.
    pub(crate) fn ids(&self) -> Vec<ConversationId> {
        let mut ids: Vec<ConversationId> = self.lock().keys().copied().collect();
        ids.sort();
        ids
    }

    /// Ends a thread: its turn is interrupted, and what comes of that is told before this returns. Then everybody
    /// hears that it is not loaded any more. Returns those who listened.
    pub(crate) async fn unload(&self, thread: &LoadedThread) -> Vec<Listener> {
        let id = thread.conversation.id();
        let listeners = thread.listeners().await;
        thread.conversation.close();
        thread.mailbox.closed().await;
        thread.conversation.ended().await;
        self.forget(id, &thread.mailbox);
        let changed =
            ThreadStatusChangedNotification { thread_id: id.to_string(), status: ThreadStatus::NotLoaded };
        self.broadcast(&ServerNotification::ThreadStatusChanged(changed)).await;
        listeners
    }

    /// Everybody hears that a thread is not in memory any more.
    async fn tell_of_closing(&self, id: ConversationId) {
        let thread_id = id.to_string();
        let changed =
            ThreadStatusChangedNotification { thread_id: thread_id.clone(), status: ThreadStatus::NotLoaded };
        self.broadcast(&ServerNotification::ThreadStatusChanged(changed)).await;
        self.broadcast(&ServerNotification::ThreadClosed(ThreadClosedNotification { thread_id })).await;
    }

    /// A pump has ended. By now the thread may have been loaded again, with another pump.
    fn forget(&self, id: ConversationId, mailbox: &mpsc::Sender<Message>) {
        let mut loaded = self.lock();
        if loaded.get(&id).is_some_and(|thread| thread.mailbox.same_channel(mailbox)) {
            loaded.remove(&id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConversationId, LoadedThread>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoadedThread {
    /// What a client is told when the engine could not do what it wanted. A thread that has just ended is one that is
    /// not there.
    pub(crate) fn ended(&self, error: CoreError) -> RpcError {
        match error {
            CoreError::Closed => RpcError::thread_not_found(self.conversation.id()),
            other => other.into(),
        }
    }

    pub(crate) fn status(&self) -> ThreadStatus {
        self.status.borrow().clone()
    }

    /// A connection listens from now on. It is told nothing new before the gate is open. `None`: the thread has just
    /// ended.
    pub(crate) async fn join(&self, listener: Listener) -> Option<(Told, Gate)> {
        let (told, answer) = oneshot::channel();
        let (gate, opened) = oneshot::channel();
        self.mailbox.send(Message::Join { listener, told, gate: opened }).await.ok()?;
        Some((answer.await.ok()?, Gate(gate)))
    }

    /// How far the clients have been told. `None`: the thread has just ended.
    pub(crate) async fn told(&self) -> Option<Told> {
        let (told, answer) = oneshot::channel();
        self.mailbox.send(Message::Tell { told }).await.ok()?;
        answer.await.ok()
    }

    /// Tells those who listen. Returns when they have been told: what comes after comes after it on the wire, too.
    pub(crate) async fn tell(&self, notification: ServerNotification) {
        let (done, told) = oneshot::channel();
        let message = Message::Notify { notification: Box::new(notification), done };
        if self.mailbox.send(message).await.is_ok() {
            let _thread_has_ended = told.await;
        }
    }

    /// Who listens now; nobody if the thread has just ended.
    async fn listeners(&self) -> Vec<Listener> {
        let (listeners, answer) = oneshot::channel();
        let sent = self.mailbox.send(Message::Listeners { listeners }).await.is_ok();
        if sent { answer.await.unwrap_or_default() } else { Vec::new() }
    }

    /// A connection does not listen any more. Whether it did.
    pub(crate) async fn leave(&self, connection: ConnectionId) -> bool {
        let (left, answer) = oneshot::channel();
        let sent = self.mailbox.send(Message::Leave { connection, left }).await.is_ok();
        sent && answer.await.unwrap_or(false)
    }
}
