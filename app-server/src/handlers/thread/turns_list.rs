//! `thread/turns/list`: the turns of a thread, loaded or not, page by page.

use codex_app_server_protocol::method::ThreadTurnsList;
use codex_app_server_protocol::v2::thread_history::{ThreadTurnsListParams, ThreadTurnsListResponse};
use codex_app_server_protocol::v2::thread_start::TurnsPage;

use super::turns_page;
use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadTurnsList> for Context {
    fn lane(params: &ThreadTurnsListParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadTurnsListParams,
    ) -> Result<Reply<ThreadTurnsListResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        let right = self.history().await?;
        let source = self.history_source(id, "thread/turns/list").await?;
        let query = params.into();
        let page = self.read_history(source, move |history| turns_page::page(history, id, &query)).await?;
        let TurnsPage { data, next_cursor, backwards_cursor } = page;
        Ok(Reply::new(ThreadTurnsListResponse { data, next_cursor, backwards_cursor }).keeping(Some(right)))
    }
}
