//! The queue of a thread: what the user says next, once no turn runs.

mod add;
mod delete;
mod list;
mod reorder;
mod start;
mod update;

use codex_app_server_protocol::v2::input::UserInput;
use codex_protocol::ids::ConversationId;

use crate::context::Context;
use crate::convert::to_core::input::user_input;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;

impl Context {
    /// A thread that can have a queue: stored, or loaded and to be stored.
    async fn queueing_thread(&self, id: &str) -> Result<ConversationId, RpcError> {
        let id = thread_id(id)?;
        match self.threads().get(&id) {
            Some(loaded) if loaded.facts.path.is_none() => Err(RpcError::invalid_request(format!(
                "ephemeral thread does not support queued submissions: {id}"
            ))),
            Some(_) => Ok(id),
            None => self.stored_path(id).await?.map(|_| id).ok_or_else(|| RpcError::no_rollout(id)),
        }
    }
}

/// Only what a turn would take is queued.
fn check_input(input: &[UserInput]) -> Result<(), RpcError> {
    if input.is_empty() {
        return Err(RpcError::invalid_request(
            "only user input can be added to the user-message queue; `input` is empty",
        ));
    }
    user_input(input.to_vec()).map(|_| ())
}
