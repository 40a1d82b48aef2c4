//! `thread/unarchive`: takes an archived thread back. It is not loaded by that.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadUnarchive;
use codex_app_server_protocol::v2::thread::ThreadStatus;
use codex_app_server_protocol::v2::thread_archive::{
    ThreadUnarchiveParams, ThreadUnarchiveResponse, ThreadUnarchivedNotification,
};
use codex_core::rollout::{archive, list};

use crate::context::Context;
use crate::convert::to_core::session_id;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadUnarchive> for Context {
    fn lane(params: &ThreadUnarchiveParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadUnarchiveParams,
    ) -> Result<Reply<ThreadUnarchiveResponse>, RpcError> {
        let id = session_id(&params.thread_id)?;
        self.archived_path(id).await?.ok_or_else(|| RpcError::no_archived_rollout(id))?;
        // It may have been loaded by the path of its file.
        if let Some(loaded) = self.threads().get(&id) {
            self.threads().unload(&loaded).await;
        }
        let lock = self.writer_lock(id).await?;
        let stored = self.read_settings(move |configs| {
            let _held = lock;
            let home = configs.codex_home();
            archive::unarchive(home, id)?.map(|path| list::show(home, &path)).transpose()
        });
        let stored = stored.await??.ok_or_else(|| RpcError::no_archived_rollout(id))?;
        let thread = to_wire::thread::stored(stored, ThreadStatus::NotLoaded);
        let threads = self.threads().clone();
        Ok(Reply::then(ThreadUnarchiveResponse { thread }, async move {
            let unarchived = ThreadUnarchivedNotification { thread_id: id.to_string() };
            threads.broadcast(&ServerNotification::ThreadUnarchived(unarchived)).await;
        }))
    }
}
