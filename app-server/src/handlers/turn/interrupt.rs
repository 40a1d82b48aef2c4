//! `turn/interrupt`: ends the running turn. Its end is told as a notification, after the answer.

use std::sync::Arc;

use codex_app_server_protocol::method::TurnInterrupt;
use codex_app_server_protocol::v2::turn::{TurnInterruptParams, TurnInterruptResponse};
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
        let snapshot = thread.conversation.snapshot().await.map_err(|error| thread.ended(error))?;
        let turn = TurnId::from(params.turn_id);
        match snapshot.active_turn {
            None => return Err(RpcError::invalid_request("no active turn to interrupt")),
            Some(running) if running != turn => {
                return Err(RpcError::invalid_request(format!(
                    "expected active turn id {turn} but found {running}"
                )));
            }
            Some(_) => {}
        }
        // Asked for after the answer, so that no client hears of the end before it. A turn that ends by itself in
        // between is as ended as it was to be.
        let conversation = Arc::clone(&thread.conversation);
        Ok(Reply::then(TurnInterruptResponse {}, async move {
            if let Ok(Err(reason)) = conversation.interrupt(turn.clone()).await {
                tracing::debug!(%turn, ?reason, "the turn had ended before its interrupt");
            }
        }))
    }
}
