//! What a tool asks the client through its session, other than whether something may be done.

use codex_protocol::dynamic_tool::DynamicToolOutput;
use codex_protocol::event::EventMsg;
use codex_protocol::ids::CallId;
use codex_protocol::permission::PermissionGrant;
use codex_protocol::question::UserInputResponse;

#[derive(Debug)]
pub struct ClientQuestion {
    pub call_id: CallId,
    pub question: EventMsg,
}

/// The answer, by the kind of the question.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientAnswer {
    /// None: nobody could be asked.
    UserInput(Option<UserInputResponse>),
    /// What a human grants.
    Permissions(PermissionGrant),
    /// What the client's tool gave back, or why nothing.
    DynamicTool(Result<DynamicToolOutput, String>),
}
