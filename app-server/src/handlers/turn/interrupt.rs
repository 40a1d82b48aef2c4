//! `turn/interrupt`: ends a turn. Its end is told as a notification, after the answer.

use codex_app_server_protocol::method::TurnInterrupt;
use codex_app_server_protocol::v2::turn::{TurnInterruptParams, TurnInterruptResponse};
use codex_core::session::request::NotActive;
use codex_protocol::ids::TurnId;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<TurnInterrupt> for Context {
    /// Behind nothing: whatever else waits, an interrupt is heard.
    fn lane(_: &TurnInterruptParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, params: TurnInterruptParams) -> Result<Reply<TurnInterruptResponse>, RpcError> {
        let thread = self.loaded_thread(&params.thread_id)?;
        let turn = TurnId::from(params.turn_id);
        let interrupted = thread.conversation.interrupt(turn.clone()).await;
        let accepted =
            interrupted.map_err(|error| thread.ended(error))?.map_err(|reason| refusal(&turn, reason))?;
        // No client hears of the end before the answer.
        Ok(Reply::then(TurnInterruptResponse {}, async move {
            let _session_has_ended = accepted.go.send(());
        }))
    }
}

fn refusal(expected: &TurnId, reason: NotActive) -> RpcError {
    match reason {
        NotActive::Idle => RpcError::invalid_request("no active turn to interrupt"),
        NotActive::Other(running) => {
            RpcError::invalid_request(format!("expected active turn id {expected} but found {running}"))
        }
    }
}
