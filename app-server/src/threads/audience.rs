//! Who hears what: all connections of the process, and those that listen to one thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codex_app_server_protocol::{ServerNotification, ServerRequest};

use crate::outgoing::{Outgoing, Question};

/// Names a connection among those of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConnectionId(u64);

/// A connection that can be told something.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    pub(crate) connection: ConnectionId,
    pub(crate) outgoing: Outgoing,
}

/// All connections of the process. Clones are handles to the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    all: Arc<Mutex<Vec<Listener>>>,
    last_id: Arc<AtomicU64>,
}

impl Connections {
    pub(crate) fn add(&self, outgoing: Outgoing) -> Listener {
        let connection = ConnectionId(self.last_id.fetch_add(1, Ordering::Relaxed));
        let listener = Listener { connection, outgoing };
        self.lock().push(listener.clone());
        listener
    }

    /// Tells everybody, one after the other.
    pub(crate) async fn broadcast(&self, notification: &ServerNotification) {
        let all = self.lock().clone();
        tell(&all, notification).await;
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Listener>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those who listen to one thread, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    list: Vec<Listener>,
}

impl Listeners {
    /// Who listens already goes on listening once.
    pub(super) fn add(&mut self, listener: Listener) {
        self.remove(listener.connection);
        self.list.push(listener);
    }

    pub(super) fn all(&self) -> Vec<Listener> {
        self.list.clone()
    }

    /// Whether there was such a listener.
    pub(super) fn remove(&mut self, connection: ConnectionId) -> bool {
        let before = self.list.len();
        self.list.retain(|listener| listener.connection != connection);
        self.list.len() < before
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether this connection listens, and no other.
    pub(super) fn are_only(&self, connection: ConnectionId) -> bool {
        matches!(self.list.as_slice(), [listener] if listener.connection == connection)
    }

    pub(super) async fn tell(&self, notification: &ServerNotification) {
        tell(&self.list, notification).await;
    }

    /// Puts a question to everybody who listens; `None` if nobody does.
    pub(super) async fn ask(&self, request: ServerRequest) -> Option<Question> {
        let (first, others) = self.list.split_first()?;
        let question = first.outgoing.ask(request).await;
        for other in others {
            other.outgoing.repeat(&question).await;
        }
        Some(question)
    }
}

async fn tell(listeners: &[Listener], notification: &ServerNotification) {
    for listener in listeners {
        listener.outgoing.notify(notification).await;
    }
}
