//! Read states as they are shown.

use codex_app_server_protocol::v2::thread_read_state::{ThreadReadState, ThreadUnreadPosition};
use codex_core::rollout::read_states::{Position, ReadState};

pub(crate) fn read_state(state: ReadState) -> ThreadReadState {
    let ReadState { first_unread, revision } = state;
    let shown = |position| match position {
        Position::ThreadStart => ThreadUnreadPosition::ThreadStart,
        Position::Turn { turn_id } => ThreadUnreadPosition::Turn { turn_id },
    };
    ThreadReadState { first_unread: first_unread.map(shown), revision }
}
