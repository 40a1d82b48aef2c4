//! What the server says without being asked: notifications, and questions that the client answers.
//!
//! A notification is written as bytes by the task that has it, once, and waits there for room in the queue to the
//! client. A question gets an id that no other of this process has; its answer comes back through the connection
//! loop, past all lanes, because a lane may be waiting for exactly that answer. Who gives up a question withdraws
//! it: an answer that comes later is ignored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codex_app_server_protocol::decode;
use codex_app_server_protocol::jsonrpc::{ErrorObject, RequestId};
use codex_app_server_protocol::{ServerNotification, ServerRequest};
use codex_core::base::time::now_ms;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::client::ClientCell;
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
    pub async fn notify(&self, notification: &ServerNotification) {
        if !self.client.get().is_some_and(|client| client.hears(notification)) {
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
                decode::from_text(&result).map_err(|problem| Refusal::Unreadable(problem.to_string()))
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

#[cfg(test)]
mod tests {
    use codex_app_server_protocol::v2::approval::{
        CommandExecutionRequestApprovalParams, FileChangeApprovalDecision, FileChangeRequestApprovalParams,
        FileChangeRequestApprovalResponse,
    };
    use codex_app_server_protocol::v2::notice::WarningNotification;
    use futures::FutureExt;

    use super::*;
    use crate::client::Client;
    use crate::transport::line_queue::{LineReceiver, line_queue};

    fn outgoing(client: Client) -> (Outgoing, Questions, LineReceiver) {
        let (lines, receiver) = line_queue();
        let cell = ClientCell::default();
        cell.set(client).unwrap();
        let questions = Questions::default();
        (Outgoing::new(lines, cell, questions.clone()), questions, receiver)
    }

    fn warning(message: &str) -> ServerNotification {
        ServerNotification::Warning(WarningNotification { thread_id: None, message: message.to_owned() })
    }

    fn file_change() -> ServerRequest {
        ServerRequest::FileChangeRequestApproval(FileChangeRequestApprovalParams::default())
    }

    type Approval = Result<FileChangeRequestApprovalResponse, Refusal>;

    const ACCEPT: &str = r#"{"decision":"accept"}"#;

    async fn line(lines: &mut LineReceiver) -> String {
        let mut line = Vec::new();
        assert!(lines.fill(&mut line, 1).await);
        String::from_utf8(line).unwrap()
    }

    #[tokio::test]
    async fn notifications_carry_their_time() {
        let (outgoing, _, mut lines) = outgoing(Client::default());
        outgoing.notify(&warning("careful")).await;
        let line = line(&mut lines).await;
        let (message, time) = line.split_once(r#","emittedAtMs":"#).unwrap();
        assert_eq!(message, r#"{"method":"warning","params":{"threadId":null,"message":"careful"}"#);
        assert!(time.trim_end().trim_end_matches('}').parse::<u64>().unwrap() > 1_600_000_000_000);
    }

    #[tokio::test]
    async fn what_a_client_opted_out_of_is_not_sent() {
        let names = ["warning", "no/such/notification"].map(str::to_owned);
        let (outgoing, _, mut lines) = outgoing(Client { opted_out: names.into(), ..Client::default() });
        outgoing.notify(&warning("careful")).await;
        let _question = outgoing.ask(file_change()).await;
        assert!(line(&mut lines).await.starts_with(r#"{"method":"item/fileChange/requestApproval","id":0,"#));
    }

    #[tokio::test]
    async fn nothing_is_said_before_the_handshake() {
        let (lines, mut receiver) = line_queue();
        let outgoing = Outgoing::new(lines, ClientCell::default(), Questions::default());
        outgoing.notify(&warning("careful")).await;
        drop(outgoing);
        assert!(!receiver.fill(&mut Vec::new(), 1).await);
    }

    #[tokio::test]
    async fn a_question_is_answered_once() {
        let (outgoing, questions, _lines) = outgoing(Client::default());
        let mut first = outgoing.ask(file_change()).await;
        let command = CommandExecutionRequestApprovalParams::default();
        let mut second = outgoing.ask(ServerRequest::CommandExecutionRequestApproval(command)).await;
        assert_eq!((first.id(), second.id()), (RequestId::Integer(0), RequestId::Integer(1)));
        assert!(first.answer::<FileChangeRequestApprovalResponse>().now_or_never().is_none());

        questions.answer(&RequestId::String("0".to_owned()), Ok(ACCEPT.to_owned()));
        questions.answer(&RequestId::Integer(7), Ok(ACCEPT.to_owned()));
        questions.answer(&first.id(), Ok(ACCEPT.to_owned()));
        questions.answer(&first.id(), Ok(r#"{"decision":"decline"}"#.to_owned()));
        let answer: Approval = first.answer().await;
        assert_eq!(answer.unwrap().decision, FileChangeApprovalDecision::Accept);
        assert!(second.answer::<FileChangeRequestApprovalResponse>().now_or_never().is_none());
    }

    #[tokio::test]
    async fn anything_else_than_an_answer_is_a_refusal() {
        let (outgoing, questions, _lines) = outgoing(Client::default());
        let mut question = outgoing.ask(file_change()).await;
        let error = ErrorObject { code: -32603, message: "no".to_owned(), data: None };
        questions.answer(&question.id(), Err(error.clone()));
        assert_eq!(question.answer().await as Approval, Err(Refusal::Error(error)));

        let mut question = outgoing.ask(file_change()).await;
        questions.answer(&question.id(), Ok("{}".to_owned()));
        let answer: Approval = question.answer().await;
        assert!(matches!(answer, Err(Refusal::Unreadable(_))), "{answer:?}");

        let mut before = outgoing.ask(file_change()).await;
        questions.close();
        assert_eq!(before.answer().await as Approval, Err(Refusal::Gone));
        let mut after = outgoing.ask(file_change()).await;
        assert_eq!(after.answer().await as Approval, Err(Refusal::Gone));
    }

    #[tokio::test]
    async fn a_withdrawn_question_leaves_nothing_behind() {
        let (outgoing, questions, _lines) = outgoing(Client::default());
        let question = outgoing.ask(file_change()).await;
        let id = question.id();
        drop(question);
        assert!(questions.pending().askers.is_empty());
        questions.answer(&id, Ok(ACCEPT.to_owned()));
    }

    #[tokio::test]
    async fn a_question_can_be_put_to_a_second_client() {
        let (first, questions, _first_lines) = outgoing(Client::default());
        let (lines, mut second_lines) = line_queue();
        let second = Outgoing::new(lines, first.client.clone(), questions.clone());
        let mut question = first.ask(file_change()).await;
        second.repeat(&question).await;
        assert!(line(&mut second_lines).await.contains(r#""id":0,"#));
        questions.answer(&question.id(), Ok(ACCEPT.to_owned()));
        assert!((question.answer().await as Approval).is_ok());
    }
}
