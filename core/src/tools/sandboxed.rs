//! What the orchestrator can attempt.

use std::future::Future;

use crate::base::cancel::Interrupted;
use crate::exec::policy::judge::Ruling;
use crate::tools::call::ToolError;
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

    fn risk(&self) -> Risk;

    /// What the user's rules say of it.
    fn ruling(&self) -> Ruling;

    /// Whether the model wants to leave the sandbox.
    fn wants_escalation(&self) -> bool;

    /// What the model is told if a human says no.
    fn rejection(&self) -> &'static str;

    /// Finds out what else the human should know before the question is asked.
    fn consider(
        &mut self,
        context: &SessionTaskContext,
        retry: Retry,
    ) -> impl Future<Output = Result<(), Interrupted>> + Send;

    /// The question to a human; `retry` when the sandbox has stopped a first attempt.
    fn question(&self, context: &SessionTaskContext, retry: Retry) -> ApprovalRequest;

    /// A human was asked, so the client knows of the item by now.
    fn announced(&mut self);

    /// No further attempt is made: what is still to be told of the last one is told.
    fn settle(&mut self, context: &SessionTaskContext) -> impl Future<Output = ()> + Send;

    /// A human said no: the item ends.
    fn declined(&mut self, context: &SessionTaskContext) -> impl Future<Output = ()> + Send;

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
