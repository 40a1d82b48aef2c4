//! `thread/delete`: deletes a thread, archived or not. One that others begin with stays, and goes on.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadDelete;
use codex_app_server_protocol::v2::thread_archive::{
    ThreadDeleteParams, ThreadDeleteResponse, ThreadDeletedNotification,
};
use codex_core::rollout::archive;
use codex_protocol::ids::ConversationId;

use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadDelete> for Context {
    fn lane(params: &ThreadDeleteParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ThreadDeleteParams) -> Result<Reply<ThreadDeleteResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        let loaded = self.threads().get(&id);
        if loaded.as_ref().is_some_and(|loaded| loaded.facts.path.is_none()) {
            return Err(RpcError::invalid_request(format!(
                "thread is not persisted and cannot be deleted: {id}"
            )));
        }
        let is_stored = match &loaded {
            Some(loaded) => {
                loaded.conversation.snapshot().await.map_err(|error| loaded.ended(error))?.is_stored
            }
            None => true,
        };
        // A file that lies elsewhere is not the server's to delete.
        if is_stored && self.stored_path(id).await?.or(self.archived_path(id).await?).is_none() {
            return Err(RpcError::no_rollout(id));
        }
        self.refuse_if_referred_to(id).await?;
        if let Some(loaded) = loaded {
            self.threads().unload(&loaded).await;
        }
        let lock = self.writer_lock(id).await?;
        let deleted = self.read_settings(move |configs| {
            let _held = lock;
            let home = configs.codex_home();
            let deleted = archive::delete(home, id)?;
            archive::forget(home, id)?;
            Ok::<_, codex_core::rollout::Error>(deleted)
        });
        if !deleted.await?? && is_stored {
            return Err(RpcError::no_rollout(id));
        }
        self.threads().queues().clear(id).await?;
        let threads = self.threads().clone();
        Ok(Reply::then(ThreadDeleteResponse {}, async move {
            let deleted = ThreadDeletedNotification { thread_id: id.to_string() };
            threads.broadcast(&ServerNotification::ThreadDeleted(deleted)).await;
        }))
    }
}

impl Context {
    async fn refuse_if_referred_to(&self, id: ConversationId) -> Result<(), RpcError> {
        let referrer = self.read_settings(move |configs| archive::referrer(configs.codex_home(), id));
        match referrer.await?? {
            None => Ok(()),
            Some(fork) => Err(RpcError::invalid_request(format!(
                "cannot delete thread {id}: forked history still references it. Delete thread {fork} first, which begins \
                 with it"
            ))),
        }
    }
}
