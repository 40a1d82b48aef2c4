//! `thread/queue/delete`: takes a message out of the queue.

use codex_app_server_protocol::method::ThreadQueueDelete;
use codex_app_server_protocol::v2::thread_queue::{ThreadQueueDeleteParams, ThreadQueueDeleteResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadQueueDelete> for Context {
    fn lane(params: &ThreadQueueDeleteParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadQueueDeleteParams,
    ) -> Result<Reply<ThreadQueueDeleteResponse>, RpcError> {
        let id = self.queueing_thread(&params.thread_id).await?;
        let unwanted = params.queued_submission_id;
        let queues = self.threads().queues().clone();
        let ((), deleted) =
            queues.edit(id, move |queue| queue.retain(|queued| queued.id != unwanted)).await?;
        Ok(Reply::then(ThreadQueueDeleteResponse { deleted }, async move {
            if deleted {
                queues.tell_of_change(id).await;
            }
        }))
    }
}
