//! `thread/attachment/list`: what is attached to a thread, page by page.

use codex_app_server_protocol::method::ThreadAttachmentList;
use codex_app_server_protocol::v2::thread_attachment::{
    ThreadAttachmentListParams, ThreadAttachmentListResponse,
};
use codex_core::rollout::attachments;
use codex_protocol::ids::ConversationId;

use super::shown;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::paging::{self, Page};

impl Handle<ThreadAttachmentList> for Context {
    fn lane(params: &ThreadAttachmentListParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadAttachmentListParams,
    ) -> Result<Reply<ThreadAttachmentListResponse>, RpcError> {
        let id = attached_to(&params.thread_id)?;
        let all = self.read_settings(move |configs| attachments::list(configs.codex_home(), id)).await??;
        let page = Page { cursor: params.cursor.as_deref(), limit: params.limit, of: "attachments" };
        let (data, next_cursor) = paging::page(all, page)?;
        Ok(ThreadAttachmentListResponse { data: data.into_iter().map(shown).collect(), next_cursor }.into())
    }
}

fn attached_to(id: &str) -> Result<ConversationId, RpcError> {
    id.parse().map_err(|reason| RpcError::invalid_params(format!("invalid thread id: {reason}")))
}

impl Context {
    /// A thread to which something can be attached: one that is loaded or stored.
    pub(super) async fn attachable(&self, id: &str) -> Result<ConversationId, RpcError> {
        let id = attached_to(id)?;
        if self.is_known(id).await? {
            return Ok(id);
        }
        Err(RpcError::invalid_params(format!("thread not found: {id}")))
    }
}
