//! `thread/search`: the stored threads in which something was said.

use codex_app_server_protocol::method::ThreadSearch;
use codex_app_server_protocol::v2::shared::SortDirection;
use codex_app_server_protocol::v2::thread::Thread;
use codex_app_server_protocol::v2::thread_search::{
    ThreadSearchParams, ThreadSearchResponse, ThreadSearchResult, ThreadSearchSortKey,
};
use codex_core::rollout::query::{Direction, ListQuery, SortKey};
use codex_core::rollout::search::Found;
use codex_core::rollout::snippet::Snippet;

use super::list::{DEFAULT_LIMIT, LARGEST_LIMIT, shown, source_kind};
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadSearch> for Context {
    fn lane(_: &ThreadSearchParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, params: ThreadSearchParams) -> Result<Reply<ThreadSearchResponse>, RpcError> {
        let mut query = query(&params);
        let (Found { page, snippets }, ids, mut threads) = loop {
            let mut found = self.found(query.clone(), params.search_term.clone()).await?;
            let ids: Vec<_> = found.page.threads.iter().map(|thread| thread.id).collect();
            let (threads, fitting) = shown(std::mem::take(&mut found.page.threads));
            if fitting >= threads.len() {
                break (found, ids, threads);
            }
            query.limit = fitting;
        };
        for (thread, id) in threads.iter_mut().zip(&ids) {
            thread.status = self.threads().status(id);
        }
        let result =
            |(thread, snippet): (Thread, Snippet)| ThreadSearchResult { thread, snippet: snippet.text };
        let response = ThreadSearchResponse {
            data: threads.into_iter().zip(snippets).map(result).collect(),
            next_cursor: page.next_cursor,
            backwards_cursor: page.backwards_cursor,
        };
        Ok(self.naming_unreadable(response, page.unreadable))
    }
}

impl Context {
    async fn found(&self, query: ListQuery, term: String) -> Result<Found, RpcError> {
        let found = self.conversations().shared().index.search(query, term).await?;
        found.ok_or_else(|| {
            RpcError::invalid_request(
                "thread/search requires a non-empty searchTerm; give it at least one word",
            )
        })
    }
}

fn query(params: &ThreadSearchParams) -> ListQuery {
    ListQuery {
        limit: params.limit.unwrap_or(DEFAULT_LIMIT).min(LARGEST_LIMIT) as usize,
        cursor: params.cursor.clone(),
        sort: match params.sort_key {
            None | Some(ThreadSearchSortKey::CreatedAt) => SortKey::Created,
            Some(ThreadSearchSortKey::UpdatedAt | ThreadSearchSortKey::RecencyAt) => SortKey::Updated,
        },
        direction: match params.sort_direction {
            None | Some(SortDirection::Desc) => Direction::Descending,
            Some(SortDirection::Asc) => Direction::Ascending,
        },
        archived: params.archived.unwrap_or_default(),
        sources: params.source_kinds.iter().flatten().copied().map(source_kind).collect(),
        ..ListQuery::default()
    }
}
