//! The questions of one thread that wait for a human.
//!
//! Whatever happens to a question, it leaves this list exactly once: answered, withdrawn, or refused because nobody is
//! left to answer it.

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};

use codex_app_server_protocol::ServerRequest;
use codex_app_server_protocol::v2::approval::{
    CommandExecutionRequestApprovalResponse, FileChangeRequestApprovalResponse,
};
use codex_app_server_protocol::v2::dynamic_tool::DynamicToolCallResponse;
use codex_app_server_protocol::v2::permission::PermissionsRequestApprovalResponse;
use codex_app_server_protocol::v2::user_input::ToolRequestUserInputResponse;
use codex_protocol::submission::Op;

use crate::outgoing::{Question, Refusal};
use crate::projection::approval::{
    command_decision, command_op, file_change_decision, file_change_op, notice_of,
};
use crate::projection::effect::{AskKey, Resolution};
use crate::projection::question::{dynamic_tool_op, permissions_op, user_input_op};

/// Why a question is not answered.
pub(super) const NOBODY_LISTENS: &str = "no client is there to carry it out";

#[derive(Debug, Default)]
pub(super) struct Questions {
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    key: AskKey,
    question: Question,
}

/// The decision for the engine, and what those who listen should know of it.
type Decided = (Op, Option<&'static str>);

/// A question that has been answered, one way or the other.
#[derive(Debug, PartialEq)]
pub(super) struct Answered {
    pub(super) key: AskKey,
    pub(super) end: Resolution,
    /// The decision, for the engine.
    pub(super) op: Op,
    /// For those who listen, if the answer was not what this server can do.
    pub(super) notice: Option<&'static str>,
}

impl Questions {
    pub(super) fn add(&mut self, key: AskKey, question: Question) {
        self.open.push(Open { key, question });
    }

    /// Waits for the next answer; for ever, if there are no questions.
    pub(super) async fn answered(&mut self) -> Answered {
        let (at, answer) = poll_fn(|cx| self.poll(cx)).await;
        let Open { key, question } = self.open.swap_remove(at);
        let (op, notice) = answer.unwrap_or_else(|refusal| {
            match refusal {
                Refusal::Gone => tracing::info!(call = %key.call_id, "refused what was asked for: {refusal}"),
                Refusal::Error(_) | Refusal::Unreadable(_) => {
                    tracing::warn!(call = %key.call_id, "refused what was asked for: {refusal}");
                }
            }
            (refused(key.clone(), question.request(), &refusal), None)
        });
        Answered { key, end: Resolution::Answered(question.id()), op, notice }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(usize, Result<Decided, Refusal>)> {
        for (at, open) in self.open.iter_mut().enumerate() {
            if let Poll::Ready(answer) = pin!(open.answer()).poll(cx) {
                return Poll::Ready((at, answer));
            }
        }
        Poll::Pending
    }

    /// Nobody needs to answer any more.
    pub(super) fn withdraw(&mut self, key: &AskKey) -> Resolution {
        match self.open.iter().position(|open| open.key == *key) {
            Some(at) => Resolution::Withdrawn(self.open.swap_remove(at).question.id()),
            None => Resolution::NotAsked,
        }
    }

    /// Nobody is left who could answer: all of them are refused.
    pub(super) fn refuse_all(&mut self) -> Vec<Answered> {
        let refused = |Open { key, question }: Open| {
            let op = refused(key.clone(), question.request(), &NOBODY_LISTENS);
            Answered { key, end: Resolution::Withdrawn(question.id()), op, notice: None }
        };
        self.open.drain(..).map(refused).collect()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &AskKey> {
        self.open.iter().map(|open| &open.key)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Question> {
        self.open.iter().map(|open| &open.question)
    }
}

impl Open {
    async fn answer(&mut self) -> Result<Decided, Refusal> {
        let key = self.key.clone();
        match self.question.request() {
            ServerRequest::CommandExecutionRequestApproval(_) => {
                let answer: CommandExecutionRequestApprovalResponse = self.question.answer().await?;
                let notice = notice_of(&answer);
                Ok((command_op(key, command_decision(Some(answer))), notice))
            }
            ServerRequest::ToolRequestUserInput(_) => {
                let answer: ToolRequestUserInputResponse = self.question.answer().await?;
                Ok((user_input_op(key, Some(answer)), None))
            }
            ServerRequest::PermissionsRequestApproval(_) => {
                let answer: PermissionsRequestApprovalResponse = self.question.answer().await?;
                Ok((permissions_op(key, Some(answer)), None))
            }
            ServerRequest::DynamicToolCall(_) => {
                let answer: DynamicToolCallResponse = self.question.answer().await?;
                Ok((dynamic_tool_op(key, Ok(answer)), None))
            }
            ServerRequest::FileChangeRequestApproval(_) => {
                let answer: FileChangeRequestApprovalResponse = self.question.answer().await?;
                Ok((file_change_op(key, file_change_decision(Some(answer))), None))
            }
            ServerRequest::ChatgptAuthTokensRefresh(_) => {
                Err(Refusal::Unreadable("no thread asks for tokens".to_owned()))
            }
        }
    }
}

/// The no to a question.
pub(super) fn refused(key: AskKey, request: &ServerRequest, why: &impl Display) -> Op {
    match request {
        ServerRequest::CommandExecutionRequestApproval(_) => command_op(key, command_decision(None)),
        ServerRequest::FileChangeRequestApproval(_) => file_change_op(key, file_change_decision(None)),
        ServerRequest::PermissionsRequestApproval(_) => permissions_op(key, None),
        ServerRequest::ToolRequestUserInput(_) => user_input_op(key, None),
        ServerRequest::DynamicToolCall(_) | ServerRequest::ChatgptAuthTokensRefresh(_) => {
            dynamic_tool_op(key, Err(format!("the tool could not be used: {why}")))
        }
    }
}
