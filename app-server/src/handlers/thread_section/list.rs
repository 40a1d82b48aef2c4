//! `threadSection/list`: the sections, page by page.

use codex_app_server_protocol::method::ThreadSectionList;
use codex_app_server_protocol::v2::thread_section::{ThreadSectionListParams, ThreadSectionListResponse};
use codex_core::rollout::sections;

use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadSectionList> for Context {
    fn lane(_: &ThreadSectionListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(
        &self,
        params: ThreadSectionListParams,
    ) -> Result<Reply<ThreadSectionListResponse>, RpcError> {
        let sections = self.read_settings(|configs| sections::read(configs.codex_home())).await??;
        let all: Vec<_> = sections.all().collect();
        // The cursor is the last section of the page before.
        let start = match &params.cursor {
            None => 0,
            Some(cursor) => match all.iter().position(|section| section.id == *cursor) {
                Some(last) => last + 1,
                None => return Err(RpcError::invalid_cursor(cursor)),
            },
        };
        let limit = params.limit.map_or(all.len(), |limit| limit.max(1) as usize);
        let page = all.iter().skip(start).take(limit);
        let data: Vec<_> = page.cloned().map(to_wire::section::section).collect();
        let is_last = start + data.len() >= all.len();
        let next_cursor = data.last().filter(|_| !is_last).map(|section| section.id.clone());
        Ok(ThreadSectionListResponse { data, next_cursor }.into())
    }
}
