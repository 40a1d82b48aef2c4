//! `thread/archive`: puts a thread away. One that is loaded is ended first; one without a turn is stored first.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadArchive;
use codex_app_server_protocol::v2::thread_archive::{
    ThreadArchiveParams, ThreadArchiveResponse, ThreadArchivedNotification,
};
use codex_core::rollout::archive;

use crate::context::Context;
use crate::convert::to_core::session_id;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadArchive> for Context {
    fn lane(params: &ThreadArchiveParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ThreadArchiveParams) -> Result<Reply<ThreadArchiveResponse>, RpcError> {
        let id = session_id(&params.thread_id)?;
        let loaded = self.threads().get(&id);
        if let Some(loaded) = loaded.as_ref().filter(|loaded| loaded.facts.path.is_some()) {
            loaded.conversation.store().await.map_err(|error| loaded.ended(error))?;
        }
        self.stored_path(id).await?.ok_or_else(|| RpcError::no_rollout(id))?;
        if let Some(loaded) = loaded {
            self.threads().unload(&loaded).await;
        }
        let lock = self.writer_lock(id).await?;
        let archived = self.read_settings(move |configs| {
            let _held = lock;
            archive::archive(configs.codex_home(), id)
        });
        let archived = archived.await??;
        archived.ok_or_else(|| RpcError::no_rollout(id))?;
        let threads = self.threads().clone();
        Ok(Reply::then(ThreadArchiveResponse {}, async move {
            let archived = ThreadArchivedNotification { thread_id: id.to_string() };
            threads.broadcast(&ServerNotification::ThreadArchived(archived)).await;
        }))
    }
}
