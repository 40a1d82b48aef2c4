//! `thread/queue/add`: a message for when no turn runs. If none does, it begins one at once.

use codex_app_server_protocol::method::ThreadQueueAdd;
use codex_app_server_protocol::v2::thread_queue::{
    QueuedSubmission, ThreadQueueAddParams, ThreadQueueAddResponse,
};
use codex_protocol::ids::TurnId;

use super::check_input;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

/// More than anybody types ahead.
const MOST_QUEUED: usize = 256;

impl Handle<ThreadQueueAdd> for Context {
    fn lane(params: &ThreadQueueAddParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ThreadQueueAddParams) -> Result<Reply<ThreadQueueAddResponse>, RpcError> {
        let id = self.queueing_thread(&params.thread_id).await?;
        check_input(&params.input)?;
        let queued_submission = QueuedSubmission {
            id: TurnId::fresh().to_string(),
            input: params.input,
            client_user_message_id: params.client_user_message_id,
            responsesapi_client_metadata: params.responsesapi_client_metadata,
        };
        let added = queued_submission.clone();
        let queues = self.threads().queues().clone();
        let (fits, _) = queues
            .edit(id, move |queue| {
                let fits = queue.len() < MOST_QUEUED;
                if fits {
                    queue.push(added);
                }
                fits
            })
            .await?;
        if !fits {
            return Err(RpcError::invalid_request(format!(
                "{MOST_QUEUED} messages wait in the queue of the thread; queue more when some have begun"
            )));
        }
        let response = ThreadQueueAddResponse { queued_submission };
        // One that has something to do takes it up by itself when that is done.
        let started = match self.threads().get(&id) {
            Some(loaded) => queues.start(&loaded.conversation, None).await.ok(),
            None => None,
        };
        let Some(accepted) = started else {
            return Ok(Reply::then(response, async move { queues.tell_of_change(id).await }));
        };
        queues.tell_of_change(id).await;
        queues.tell_of_change(id).await;
        Ok(Reply::then(response, async move {
            let _session_has_ended = accepted.go.send(());
        }))
    }
}
