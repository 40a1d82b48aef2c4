//! `thread/queue/update`: changes what a message in the queue says.

use codex_app_server_protocol::method::ThreadQueueUpdate;
use codex_app_server_protocol::v2::thread_queue::{ThreadQueueUpdateParams, ThreadQueueUpdateResponse};

use super::check_input;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadQueueUpdate> for Context {
    fn lane(params: &ThreadQueueUpdateParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadQueueUpdateParams,
    ) -> Result<Reply<ThreadQueueUpdateResponse>, RpcError> {
        let id = self.queueing_thread(&params.thread_id).await?;
        check_input(&params.input)?;
        let ThreadQueueUpdateParams { queued_submission_id, input, responsesapi_client_metadata, .. } =
            params;
        let wanted = queued_submission_id.clone();
        let queues = self.threads().queues().clone();
        let (updated, _) = queues
            .edit(id, move |queue| {
                let queued = queue.iter_mut().find(|queued| queued.id == wanted)?;
                queued.input = input;
                queued.responsesapi_client_metadata = responsesapi_client_metadata;
                Some(queued.clone())
            })
            .await?;
        let queued_submission =
            updated.ok_or_else(|| RpcError::queued_submission_not_found(&queued_submission_id))?;
        let response = ThreadQueueUpdateResponse { queued_submission };
        Ok(Reply::then(response, async move { queues.tell_of_change(id).await }))
    }
}
