//! `thread/compact/start`: a summary takes the place of what the model is shown of the conversation.

use codex_app_server_protocol::method::ThreadCompactStart;
use codex_app_server_protocol::v2::thread_compact::{ThreadCompactStartParams, ThreadCompactStartResponse};
use codex_protocol::ids::TurnId;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadCompactStart> for Context {
    fn lane(params: &ThreadCompactStartParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadCompactStartParams,
    ) -> Result<Reply<ThreadCompactStartResponse>, RpcError> {
        let thread = self.loaded_thread(&params.thread_id)?;
        let compacting = thread.conversation.compact(TurnId::fresh()).await;
        let accepted = compacting.map_err(|error| thread.ended(error))?;
        // Nothing of it is told before its answer.
        Ok(Reply::then(ThreadCompactStartResponse {}, async move {
            let _session_has_ended = accepted.go.send(());
        }))
    }
}
