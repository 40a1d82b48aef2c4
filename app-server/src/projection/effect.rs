//! What an event means for clients: plain values that the pump carries out in order.

use std::collections::VecDeque;

use codex_app_server_protocol::jsonrpc::RequestId;
use codex_app_server_protocol::{ServerNotification, ServerRequest};
use codex_protocol::ids::{CallId, TurnId};
use codex_protocol::submission::Op;

/// Effects in the order in which they are to be carried out.
pub(crate) type Effects = VecDeque<Effect>;

/// One thing to do for the clients of a thread.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Tell the connections that listen to the thread.
    Notify(ServerNotification),
    /// Tell all connections.
    Broadcast(ServerNotification),
    /// Ask the connections that listen; the first answer counts.
    Ask(Ask),
    /// A question needs no answer any more.
    Withdraw(AskKey),
    /// Answer the engine at once: there is nobody who could.
    Submit(Op),
}

/// What is waited for until a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    Approval,
    UserInput,
    /// A tool of the client. Nobody needs to look at that.
    Tool,
}

/// How a question came to its end. The ids are those of the request as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Resolution {
    /// A client has answered, be it with an error.
    Answered(RequestId),
    /// Nobody needs to answer any more, or nobody is left who could.
    Withdrawn(RequestId),
    /// Nobody could be asked.
    NotAsked,
}

/// A question of the engine to a human.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ask {
    pub(crate) key: AskKey,
    pub(crate) request: ServerRequest,
}

/// Names a question among all that a thread has open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AskKey {
    pub(crate) turn_id: TurnId,
    pub(crate) call_id: CallId,
}
