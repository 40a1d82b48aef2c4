//! `thread/queue/reorder`: the same messages in another order.

use codex_app_server_protocol::method::ThreadQueueReorder;
use codex_app_server_protocol::v2::thread_queue::{
    QueuedSubmission, ThreadQueueReorderParams, ThreadQueueReorderResponse,
};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadQueueReorder> for Context {
    fn lane(params: &ThreadQueueReorderParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadQueueReorderParams,
    ) -> Result<Reply<ThreadQueueReorderResponse>, RpcError> {
        let id = self.queueing_thread(&params.thread_id).await?;
        let wanted = params.queued_submission_ids;
        let queues = self.threads().queues().clone();
        let (is_complete, has_changed) = queues.edit(id, move |queue| reorder(queue, &wanted)).await?;
        if !is_complete {
            return Err(RpcError::invalid_request(
                "queue reorder must include every queued submission exactly once",
            ));
        }
        Ok(Reply::then(ThreadQueueReorderResponse {}, async move {
            if has_changed {
                queues.tell_of_change(id).await;
            }
        }))
    }
}

/// Whether every message was named exactly once; otherwise nothing is changed.
fn reorder(queue: &mut Vec<QueuedSubmission>, wanted: &[String]) -> bool {
    let mut left = queue.clone();
    let mut reordered = Vec::with_capacity(left.len());
    for id in wanted {
        let Some(at) = left.iter().position(|queued| queued.id == *id) else { return false };
        reordered.push(left.remove(at));
    }
    let is_complete = left.is_empty();
    if is_complete {
        *queue = reordered;
    }
    is_complete
}
