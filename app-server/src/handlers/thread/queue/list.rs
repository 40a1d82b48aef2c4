//! `thread/queue/list`: what waits, in order.

use codex_app_server_protocol::method::ThreadQueueList;
use codex_app_server_protocol::v2::thread_queue::{ThreadQueueListParams, ThreadQueueListResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::paging::{Page, page};

impl Handle<ThreadQueueList> for Context {
    fn lane(params: &ThreadQueueListParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadQueueListParams,
    ) -> Result<Reply<ThreadQueueListResponse>, RpcError> {
        let id = self.queueing_thread(&params.thread_id).await?;
        let queue = self.threads().queues().list(id).await?;
        let wanted = Page { cursor: params.cursor.as_deref(), limit: params.limit, of: "queued submissions" };
        let (data, next_cursor) = page(queue, wanted)?;
        Ok(ThreadQueueListResponse { data, next_cursor }.into())
    }
}
