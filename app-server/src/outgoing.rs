//! What the server says without being asked: notifications, and questions that the client answers.
//!
//! A notification is written as bytes by the task that has it, once, and waits there for room in the queue to the
//! client. A question gets an id that no other of this process has; its answer comes back through the connection
//! loop, past all lanes, because a lane may be waiting for exactly that answer. Who gives up a question withdraws
//! it: an answer that comes later is ignored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codex_app_server_protocol::jsonrpc::{ErrorObject, RequestId};
use codex_app_server_protocol::{ServerNotification, ServerRequest};
use codex_core::base::time::now_ms;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::client::{Client, ClientCell};
use crate::transport::line_queue::LineSender;

/// The way to one connection's client. Clones are handles to the same.
#[derive(Clone, Debug)]
pub struct Outgoing {
    lines: LineSender,
    client: ClientCell,
    questions: Questions,
}

/// The questions of this process that are not answered yet. Clones are handles to the same.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    pending: Arc<Mutex<Pending>>,
}

#[derive(Debug, Default)]
struct Pending {
    next_id: i64,
    /// Nobody is left who could answer.
    closed: bool,
    askers: HashMap<i64, oneshot::Sender<Answer>>,
}

/// A result as raw JSON, or the client's error.
pub(crate) type Answer = Result<String, ErrorObject>;

/// Why a question has no usable answer. All of them count as a refusal of what was asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("the client answered with an error: {} ({})", .0.message, .0.code)]
    Error(ErrorObject),
    #[error("the client's answer is not understood: {0}")]
    Unreadable(String),
    #[error("the client is gone")]
    Gone,
}

/// A question under way. Dropping it withdraws it.
#[derive(Debug)]
pub struct Question {
    id: i64,
    /// Kept so that it can be put to another client of the same thread.
    request: ServerRequest,
    answer: oneshot::Receiver<Answer>,
    questions: Questions,
}

impl Outgoing {
    pub(crate) fn new(lines: LineSender, client: ClientCell, questions: Questions) -> Self {
        Outgoing { lines, client, questions }
    }

    /// Tells the client something, unless it does not want to hear it. Waits for room in the queue to the client.
    /// What is said to a client that is gone is lost.
    pub async fn notify(&self, notification: ServerNotification) {
        if !self.client.get().is_some_and(|client| client.hears(&notification)) {
            return;
        }
        let mut line = Vec::new();
        match notification.write_line(Some(now_ms()), &mut line) {
            Ok(()) => self.queue(line).await,
            Err(problem) => tracing::error!(method = notification.method(), "not sent: {problem}"),
        }
    }

    /// Puts a question to the client. Returns when the question stands in the queue; the answer is another wait.
    pub async fn ask(&self, request: ServerRequest) -> Question {
        let question = self.questions.open(request);
        self.repeat(&question).await;
        question
    }

    /// Puts a question that another client was asked to this one too. The first answer counts.
    pub async fn repeat(&self, question: &Question) {
        let mut line = Vec::new();
        match question.request.write_line(&RequestId::Integer(question.id), &mut line) {
            Ok(()) => self.queue(line).await,
            Err(problem) => {
                tracing::error!(method = question.request.method(), "not asked: {problem}");
                self.questions.withdraw(question.id);
            }
        }
    }

    /// Who this client is. `None` before the handshake.
    pub fn client(&self) -> Option<&Client> {
        self.client.get()
    }

    async fn queue(&self, line: Vec<u8>) {
        let put = match self.lines.room(line.len()).await {
            Ok(place) => self.lines.put(place, line),
            Err(gone) => Err(gone),
        };
        if let Err(gone) = put {
            tracing::debug!("not sent: {gone}");
        }
    }
}

impl Questions {
    fn open(&self, request: ServerRequest) -> Question {
        let (asker, answer) = oneshot::channel();
        let mut pending = self.pending();
        let id = pending.next_id;
        pending.next_id += 1;
        if !pending.closed {
            pending.askers.insert(id, asker);
        }
        drop(pending);
        Question { id, request, answer, questions: self.clone() }
    }

    /// An answer of a client. One that nobody waits for is ignored.
    pub(crate) fn answer(&self, id: &RequestId, answer: Answer) {
        let asker = match id {
            RequestId::Integer(id) => self.pending().askers.remove(id),
            RequestId::String(_) => None,
        };
        if asker.is_none_or(|asker| asker.send(answer).is_err()) {
            tracing::debug!("ignored an answer to {id}: nobody waits for it");
        }
    }

    /// There is no client any more that could answer: every question is refused, later ones too.
    pub(crate) fn close(&self) {
        let mut pending = self.pending();
        pending.closed = true;
        pending.askers.clear();
    }

    fn withdraw(&self, id: i64) {
        self.pending().askers.remove(&id);
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Question {
    /// The id that `serverRequest/resolved` names.
    pub fn id(&self) -> RequestId {
        RequestId::Integer(self.id)
    }

    pub fn request(&self) -> &ServerRequest {
        &self.request
    }

    /// Waits for the answer, decoded as the response type of the question's row. May be dropped and called again
    /// until it returns.
    pub async fn answer<T: DeserializeOwned>(&mut self) -> Result<T, Refusal> {
        match (&mut self.answer).await {
            Ok(Ok(result)) => {
                serde_json::from_str(&result).map_err(|problem| Refusal::Unreadable(problem.to_string()))
            }
            Ok(Err(error)) => Err(Refusal::Error(error)),
            Err(_) => Err(Refusal::Gone),
        }
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        self.questions.withdraw(self.id);
    }
}
