//! `thread/attachment/remove`: takes an attachment from a thread.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadAttachmentRemove;
use codex_app_server_protocol::v2::thread_attachment::{
    ThreadAttachmentOperation, ThreadAttachmentRemoveParams, ThreadAttachmentRemoveResponse,
    ThreadAttachmentUpdatedNotification,
};
use codex_core::rollout::attachments;

use super::identity;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadAttachmentRemove> for Context {
    fn lane(params: &ThreadAttachmentRemoveParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadAttachmentRemoveParams,
    ) -> Result<Reply<ThreadAttachmentRemoveResponse>, RpcError> {
        let ThreadAttachmentRemoveParams { thread_id, attachment_type, identity_key } = params;
        let identity = identity(attachment_type, identity_key)?;
        let id = self.attachable(&thread_id).await?;
        let remove =
            self.read_settings(move |configs| attachments::remove(configs.codex_home(), id, &identity));
        let Some(removed) = remove.await?? else { return Ok(ThreadAttachmentRemoveResponse {}.into()) };
        let updated = ThreadAttachmentUpdatedNotification {
            thread_id: id.to_string(),
            attachment_type: removed.identity.attachment_type,
            identity_key: removed.identity.identity_key,
            attachment_id: removed.id,
            operation: ThreadAttachmentOperation::Deleted,
        };
        let threads = self.threads().clone();
        Ok(Reply::then(ThreadAttachmentRemoveResponse {}, async move {
            threads.broadcast(&ServerNotification::ThreadAttachmentUpdated(updated)).await;
        }))
    }
}
