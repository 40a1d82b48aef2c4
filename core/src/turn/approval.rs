//! What a tool asks a human through its session.

use codex_protocol::event::EventMsg;
use codex_protocol::ids::CallId;
use codex_protocol::policy::ReviewDecision;

/// What "accept for session" remembers: two requests with the same key are the same question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApprovalKey(String);

impl ApprovalKey {
    /// A key of everything that a human would have looked at.
    pub fn of(parts: &impl serde::Serialize) -> Self {
        Self(serde_json::to_string(parts).unwrap_or_default())
    }
}

#[derive(Debug)]
pub struct ApprovalRequest {
    pub call_id: CallId,
    /// One for each thing that is asked about; nobody is asked once all of them were approved for the session.
    pub keys: Vec<ApprovalKey>,
    /// What the client must know before it is asked; left out when nobody is. None if the item has begun already.
    pub announce: Option<EventMsg>,
    /// The question itself.
    pub question: EventMsg,
    /// How the item ends if the question is withdrawn. The session tells it then, and nobody else.
    pub withdrawn: EventMsg,
}

/// The answer, and whether somebody was asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalAnswer {
    pub decision: ReviewDecision,
    pub asked: bool,
}
