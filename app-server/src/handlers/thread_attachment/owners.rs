//! `thread/attachmentOwner/list`: the threads to which something is attached.

use codex_app_server_protocol::method::ThreadAttachmentOwnerList;
use codex_app_server_protocol::v2::thread_attachment::{
    ThreadAttachmentOwner, ThreadAttachmentOwnerListParams, ThreadAttachmentOwnerListResponse,
};
use codex_core::rollout::{self, attachments, location};

use super::identity;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::paging::{self, Page};

impl Handle<ThreadAttachmentOwnerList> for Context {
    fn lane(_: &ThreadAttachmentOwnerListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(
        &self,
        params: ThreadAttachmentOwnerListParams,
    ) -> Result<Reply<ThreadAttachmentOwnerListResponse>, RpcError> {
        let identity = identity(params.attachment_type, params.identity_key)?;
        let find = self.read_settings(move |configs| {
            let home = configs.codex_home();
            let owners = attachments::owners(home, &identity)?.into_iter();
            let owner = |id| Ok((id, location::find_archived(home, id)?.is_some()));
            owners.map(owner).collect::<Result<Vec<_>, rollout::Error>>()
        });
        let mut owners: Vec<_> = find.await??;
        if let Some(archived) = params.archived {
            owners.retain(|(_, is_archived)| *is_archived == archived);
        }
        let page = Page { cursor: params.cursor.as_deref(), limit: params.limit, of: "threads" };
        let (owners, next_cursor) = paging::page(owners, page)?;
        let shown = |(id, archived): (codex_protocol::ids::ConversationId, bool)| ThreadAttachmentOwner {
            thread_id: id.to_string(),
            archived,
        };
        Ok(ThreadAttachmentOwnerListResponse { data: owners.into_iter().map(shown).collect(), next_cursor }
            .into())
    }
}
