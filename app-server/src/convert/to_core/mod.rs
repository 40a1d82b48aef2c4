//! What a client sends, in the words of the engine. What the engine cannot do is refused, naming the field.

pub(crate) mod answer;
pub(crate) mod input;
pub(crate) mod policy;
pub(crate) mod review;
pub(crate) mod section;
pub(crate) mod thread;
pub(crate) mod turn;

use codex_protocol::ids::ConversationId;

use crate::error::RpcError;

/// The id of a thread that is loaded, or is to be read.
pub(crate) fn thread_id(text: &str) -> Result<ConversationId, RpcError> {
    text.parse().map_err(RpcError::invalid_thread_id)
}

/// The id of a thread that is to be loaded from its file.
pub(crate) fn session_id(text: &str) -> Result<ConversationId, RpcError> {
    text.parse().map_err(RpcError::invalid_session_id)
}

/// A field that this server does not carry out. Leaving it out silently would be worse.
pub(crate) fn unsupported(field: &str, remedy: &str) -> RpcError {
    RpcError::invalid_request(format!("`{field}` is not supported by this server; {remedy}"))
}
