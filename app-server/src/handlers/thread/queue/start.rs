//! `thread/queue/start`: begins a turn with a message of the queue, if no turn runs.

use codex_app_server_protocol::method::ThreadQueueStart;
use codex_app_server_protocol::v2::thread_queue::{ThreadQueueStartParams, ThreadQueueStartResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::projection;

impl Handle<ThreadQueueStart> for Context {
    fn lane(params: &ThreadQueueStartParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadQueueStartParams,
    ) -> Result<Reply<ThreadQueueStartResponse>, RpcError> {
        let id = self.queueing_thread(&params.thread_id).await?;
        let loaded = self.loaded_thread(&params.thread_id)?;
        let queues = self.threads().queues().clone();
        let accepted = queues.start(&loaded.conversation, params.queued_submission_id).await?;
        let turn = projection::accepted_turn(&accepted.turn_id);
        Ok(Reply::then(ThreadQueueStartResponse { turn }, async move {
            queues.tell_of_change(id).await;
            let _session_has_ended = accepted.go.send(());
        }))
    }
}
