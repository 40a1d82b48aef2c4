//! What is unread of a thread once one of its turns is over.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::thread_read_state::{ThreadReadState, ThreadReadStateChangedNotification};
use codex_core::base::spawn::TaskGroup;
use codex_core::rollout::read_states::ReadStates;
use codex_protocol::ids::ConversationId;

use crate::convert::to_wire::read_state::read_state;

/// The read state of one stored thread.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) states: ReadStates,
    pub(super) id: ConversationId,
    pub(super) tasks: TaskGroup,
}

impl Unread {
    /// Adds a turn, and says what is told of it. A turn is over whether this can be stored or not.
    pub(super) async fn add(&self, turn_id: String) -> Option<ServerNotification> {
        let (states, id) = (self.states.clone(), self.id);
        let added = self.tasks.spawn_blocking(move || states.add_turn(id, turn_id)).await;
        match added {
            Ok(Ok(state)) => Some(changed(id, read_state(state))),
            Ok(Err(error)) => {
                tracing::warn!(thread = %id, %error, "that a turn is unread is not stored");
                None
            }
            Err(error) => {
                tracing::error!(thread = %id, %error, "that a turn is unread is not stored");
                None
            }
        }
    }
}

/// What those who listen are told of another read state.
pub(crate) fn changed(id: ConversationId, read_state: ThreadReadState) -> ServerNotification {
    let thread_id = id.to_string();
    ServerNotification::ThreadReadStateChanged(ThreadReadStateChangedNotification { thread_id, read_state })
}
