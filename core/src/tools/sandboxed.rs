//! What the orchestrator can attempt.

use std::future::Future;

use codex_protocol::event::EventMsg;
use codex_protocol::ids::CallId;

use crate::base::cancel::Interrupted;
use crate::exec::policy::judge::Ruling;
use crate::tools::call::ToolError;
use crate::tools::progress::ItemProgress;
use crate::turn::approval::ApprovalRequest;
use crate::turn::port::SessionTaskContext;

/// Where an attempt runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Inside what the turn's sandbox policy says.
    Sandbox,
    /// Without restrictions, because a human said so or the policy has none.
    None,
}

/// How risky a thing looks before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risk {
    /// Known to only read.
    Safe,
    Unknown,
    /// May lose work.
    Dangerous,
    /// Deletes without a question; it does not run where nobody can be asked.
    Destructive,
}

/// How an attempt ended.
#[derive(Debug)]
pub enum Attempted<T> {
    Done(T),
    /// It failed, and the sandbox seems to be why.
    Denied(T),
}

/// Something that touches the machine: a command, a patch.
pub trait Sandboxed: Send {
    type Output: Send;

    /// Which call wants it: the name of the tool, and the id.
    fn call(&self) -> (&str, &CallId);

    fn risk(&self) -> Risk;

    /// What the user's rules say of it.
    fn ruling(&self) -> Ruling;

    /// Whether the model wants to leave the sandbox.
    fn wants_escalation(&self) -> bool;

    /// What the model is told if a human says no before anything has run.
    fn rejection(&self) -> &'static str;

    /// What the model is told if a human says no to a further attempt: how the first one went, and that.
    fn not_retried(&self, output: Self::Output) -> Self::Output;

    /// Finds out what else the human should know before the question is asked.
    fn consider(
        &mut self,
        context: &SessionTaskContext,
        retry: Retry,
    ) -> impl Future<Output = Result<(), Interrupted>> + Send;

    /// The question to a human; `retry` when the sandbox has stopped a first attempt.
    fn question(&self, context: &SessionTaskContext, retry: Retry) -> ApprovalRequest;

    /// Whether a rule for commands that begin with these words is about it.
    fn is_about(&self, words: &[String]) -> bool;

    /// How far the client has been told of its item.
    fn progress(&mut self) -> &mut ItemProgress;

    /// The end of its item if a human says no.
    fn declined(&self, context: &SessionTaskContext) -> EventMsg;

    fn attempt(
        &mut self,
        context: &SessionTaskContext,
        boundary: Boundary,
    ) -> impl Future<Output = Result<Attempted<Self::Output>, ToolError>> + Send;
}

/// Which question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    First,
    AfterDenial,
}
