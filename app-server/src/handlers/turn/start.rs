//! `turn/start`: a message of the user. While a turn runs the message joins it.

use codex_app_server_protocol::method::TurnStart;
use codex_app_server_protocol::v2::turn::{TurnStartParams, TurnStartResponse};
use codex_protocol::ids::TurnId;

use crate::context::Context;
use crate::convert::to_core::turn::{Surroundings, user_turn};
use crate::convert::to_wire::error::not_submitted;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::thread::view;
use crate::projection;

impl Handle<TurnStart> for Context {
    fn lane(params: &TurnStartParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: TurnStartParams) -> Result<Reply<TurnStartResponse>, RpcError> {
        let thread = self.loaded_thread(&params.thread_id)?;
        let before = thread.conversation.snapshot().await.map_err(|error| thread.ended(error))?.settings;
        let from = Surroundings {
            directory: self.configs().directory(),
            config: thread.conversation.config(),
            sandbox_policy: &before.sandbox_policy,
            active_permission_profile: before.active_permission_profile.as_ref(),
            cwd: &before.cwd,
        };
        let turn = user_turn(params, from)?;
        let mut after = before.clone();
        after.change(turn.overrides.clone());
        let accepted = thread
            .conversation
            .start_turn(TurnId::fresh(), turn)
            .await
            .map_err(|error| thread.ended(error))?
            .map_err(not_submitted)?;
        if after != before {
            thread.tell(view::settings_updated(&thread, &after)).await;
        }
        let turn = projection::accepted_turn(&accepted.turn_id);
        // Nothing of the turn is told before its answer.
        let context = self.clone();
        Ok(Reply::then(TurnStartResponse { turn }, async move {
            let _session_has_ended = accepted.go.send(());
            context.tell_of_sandbox(&after.sandbox_policy).await;
        }))
    }
}
