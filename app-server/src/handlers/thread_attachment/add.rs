//! `thread/attachment/add`: attaches data of the client to a thread, once.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadAttachmentAdd;
use codex_app_server_protocol::v2::thread_attachment::{
    ThreadAttachmentAddOutcome, ThreadAttachmentAddParams, ThreadAttachmentAddResponse,
    ThreadAttachmentOperation, ThreadAttachmentUpdatedNotification,
};
use codex_core::base::time::now_ms;
use codex_core::rollout::attachments;

use super::{identity, shown};
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

/// In bytes of JSON.
const LARGEST_PAYLOAD: usize = 64 * 1024;

impl Handle<ThreadAttachmentAdd> for Context {
    fn lane(params: &ThreadAttachmentAddParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadAttachmentAddParams,
    ) -> Result<Reply<ThreadAttachmentAddResponse>, RpcError> {
        let ThreadAttachmentAddParams { thread_id, attachment_type, identity_key, payload } = params;
        let identity = identity(attachment_type, identity_key)?;
        if payload.to_string().len() > LARGEST_PAYLOAD {
            return Err(RpcError::invalid_params(format!(
                "attachment payload must not exceed {LARGEST_PAYLOAD} bytes"
            )));
        }
        let id = self.attachable(&thread_id).await?;
        let now = now_ms().div_euclid(1000);
        let add = self
            .read_settings(move |configs| attachments::add(configs.codex_home(), id, identity, payload, now));
        let (outcome, attachment) = match add.await?? {
            Ok(new) => (ThreadAttachmentAddOutcome::Created, shown(new)),
            Err(old) => (ThreadAttachmentAddOutcome::Existing, shown(old)),
        };
        let updated = ThreadAttachmentUpdatedNotification {
            thread_id: id.to_string(),
            attachment_type: attachment.attachment_type.clone(),
            identity_key: attachment.identity_key.clone(),
            attachment_id: attachment.id.clone(),
            operation: ThreadAttachmentOperation::Created,
        };
        let response = ThreadAttachmentAddResponse { outcome, attachment };
        if outcome == ThreadAttachmentAddOutcome::Existing {
            return Ok(response.into());
        }
        let threads = self.threads().clone();
        Ok(Reply::then(response, async move {
            threads.broadcast(&ServerNotification::ThreadAttachmentUpdated(updated)).await;
        }))
    }
}
