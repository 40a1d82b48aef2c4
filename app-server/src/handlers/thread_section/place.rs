//! `thread/section/move`: a thread is put into a section, to a place in it, or into none.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadSectionMove;
use codex_app_server_protocol::v2::thread_section::{
    ThreadSectionChangedNotification, ThreadSectionMoveParams, ThreadSectionMoveResponse,
};
use codex_core::base::time::now_ms;
use codex_core::rollout::sections::{self, Move};

use super::refused;
use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

impl Handle<ThreadSectionMove> for Context {
    async fn handle(
        &self,
        params: ThreadSectionMoveParams,
    ) -> Result<Reply<ThreadSectionMoveResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        let before = params.before_thread_id.as_deref().map(thread_id).transpose()?;
        if !self.is_known(id).await? {
            return Err(RpcError::thread_not_found(id));
        }
        let section = params.section_id.clone();
        let moved = Move { id, section, before, now: now_ms().div_euclid(1000) };
        let placed = self.read_settings(move |configs| sections::place(configs.codex_home(), moved));
        placed.await?.map_err(refused)?;
        let threads = self.threads().clone();
        Ok(Reply::then(ThreadSectionMoveResponse {}, async move {
            let changed =
                ThreadSectionChangedNotification { thread_id: id.to_string(), section_id: params.section_id };
            threads.broadcast(&ServerNotification::ThreadSectionChanged(changed)).await;
        }))
    }
}
