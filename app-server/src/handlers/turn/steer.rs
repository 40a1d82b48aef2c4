//! `turn/steer`: input for the running turn, and for no other.

use codex_app_server_protocol::method::TurnSteer;
use codex_app_server_protocol::v2::turn::{TurnSteerParams, TurnSteerResponse};
use codex_core::conversations::conversation::NotTaken;
use codex_core::session::request::NotActive;
use codex_protocol::ids::TurnId;

use crate::context::Context;
use crate::convert::to_core::input::user_input;
use crate::convert::to_core::unsupported;
use crate::convert::to_wire::error::not_steerable;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<TurnSteer> for Context {
    fn lane(params: &TurnSteerParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: TurnSteerParams) -> Result<Reply<TurnSteerResponse>, RpcError> {
        let thread = self.loaded_thread(&params.thread_id)?;
        if params.expected_turn_id.is_empty() {
            return Err(RpcError::invalid_request("expectedTurnId must not be empty"));
        }
        if params.input.is_empty() {
            return Err(RpcError::invalid_request("input must not be empty"));
        }
        if params.additional_context.as_ref().is_some_and(|context| !context.is_empty()) {
            return Err(unsupported("additionalContext", "send its text as `input`"));
        }
        let input = user_input(params.input)?;
        let expected = TurnId::from(params.expected_turn_id);
        let steered = thread
            .conversation
            .steer(expected.clone(), input, params.client_user_message_id)
            .await
            .map_err(|error| thread.ended(error))?;
        let accepted = steered.map_err(|reason| refusal(&expected, reason))?;
        let response = TurnSteerResponse { turn_id: accepted.turn_id.to_string() };
        Ok(Reply::then(response, async move {
            let _session_has_ended = accepted.go.send(());
        }))
    }
}

fn refusal(expected: &TurnId, reason: NotTaken) -> RpcError {
    match reason {
        NotTaken::NotActive(NotActive::Idle) => RpcError::invalid_request("no active turn to steer"),
        NotTaken::NotActive(NotActive::Other(running)) => {
            RpcError::invalid_request(format!("expected active turn id `{expected}` but found `{running}`"))
        }
        NotTaken::Kind(kind) => {
            let error = not_steerable(kind);
            RpcError::invalid_request(error.message.clone()).with_data(&error)
        }
    }
}
