//! `thread/loaded/list`: the ids of the threads in memory, stored or not.

use codex_app_server_protocol::method::ThreadLoadedList;
use codex_app_server_protocol::v2::thread_list::{ThreadLoadedListParams, ThreadLoadedListResponse};
use codex_protocol::ids::ConversationId;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

/// The ids of so many threads stay below 64 KiB, more than which some clients do not read in one line.
const LARGEST_LIMIT: u32 = 1000;

impl Handle<ThreadLoadedList> for Context {
    fn lane(_: &ThreadLoadedListParams) -> Lane {
        Lane::Concurrent
    }

    /// The cursor is the last id of the page before, so that threads may come and go between pages.
    async fn handle(
        &self,
        params: ThreadLoadedListParams,
    ) -> Result<Reply<ThreadLoadedListResponse>, RpcError> {
        let after = match params.cursor.as_deref() {
            None => None,
            Some(cursor) => {
                Some(cursor.parse::<ConversationId>().map_err(|_| RpcError::invalid_cursor(cursor))?)
            }
        };
        let mut ids = self.threads().ids();
        ids.retain(|id| after.is_none_or(|after| *id > after));
        let limit = params.limit.unwrap_or(LARGEST_LIMIT).clamp(1, LARGEST_LIMIT) as usize;
        let more = ids.len() > limit;
        ids.truncate(limit);
        let data: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let next_cursor = data.last().filter(|_| more).cloned();
        Ok(ThreadLoadedListResponse { data, next_cursor }.into())
    }
}
