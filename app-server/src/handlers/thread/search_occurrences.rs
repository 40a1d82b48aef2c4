//! `thread/searchOccurrences`: all places of a thread where something was said.

use codex_app_server_protocol::method::ThreadSearchOccurrences;
use codex_app_server_protocol::v2::thread_search::{
    ThreadSearchOccurrence, ThreadSearchOccurrencesParams, ThreadSearchOccurrencesResponse,
    ThreadSearchTextRange,
};
use codex_core::rollout::snippet::Words;
use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};

use super::cursor::{self, Anchor, Scope};
use super::stored_history::StoredHistory;
use super::stored_history::occurrences::{Occurrence, Spot};
use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

const DEFAULT_LIMIT: u32 = 100;
const LARGEST_LIMIT: u32 = 500;

impl Handle<ThreadSearchOccurrences> for Context {
    fn lane(params: &ThreadSearchOccurrencesParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadSearchOccurrencesParams,
    ) -> Result<Reply<ThreadSearchOccurrencesResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        let Some(words) = Words::of(&params.search_term) else {
            return Err(RpcError::invalid_request(
                "thread/searchOccurrences requires a non-empty searchTerm; give it at least one word",
            ));
        };
        let right = self.history().await?;
        let source = self.history_source(id, "thread/searchOccurrences").await?;
        let page = self.read_history(source, move |history| page(history, id, &words, &params)).await?;
        Ok(Reply::new(page).keeping(Some(right)))
    }
}

/// Where a page begins, and of what.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cursor {
    thread_id: String,
    search_term: String,
    #[serde(flatten)]
    spot: Spot,
}

fn page(
    history: &StoredHistory,
    thread: ConversationId,
    words: &Words,
    params: &ThreadSearchOccurrencesParams,
) -> Result<ThreadSearchOccurrencesResponse, RpcError> {
    let from = match &params.cursor {
        None => Spot::default(),
        Some(text) => parse(text, thread, &params.search_term)
            .map_or_else(|| Err(RpcError::invalid_cursor(text)), |spot| at_line(history, spot, text))?,
    };
    let limit = params.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, LARGEST_LIMIT) as usize;
    let mut found = history.occurrences(words, from, limit)?;
    let next = if found.more { found.entries.pop() } else { None };
    let next_cursor = next.and_then(|next| {
        let thread_id = thread.to_string();
        let cursor = Cursor { thread_id, search_term: params.search_term.clone(), spot: next.spot };
        serde_json::to_string(&cursor).ok()
    });
    let data = found.entries.into_iter().map(|found| occurrence(thread, found)).collect();
    Ok(ThreadSearchOccurrencesResponse { data, next_cursor })
}

fn parse(text: &str, thread: ConversationId, term: &str) -> Option<Spot> {
    let cursor: Cursor = serde_json::from_str(text).ok()?;
    (cursor.thread_id == thread.to_string() && cursor.search_term == term).then_some(cursor.spot)
}

fn at_line(history: &StoredHistory, spot: Spot, text: &str) -> Result<Spot, RpcError> {
    if history.is_place(spot.rollout_offset)? { Ok(spot) } else { Err(RpcError::invalid_cursor(text)) }
}

fn occurrence(thread: ConversationId, found: Occurrence) -> ThreadSearchOccurrence {
    let Occurrence { turn_id, turn_place, item_id, snippet, .. } = found;
    let units = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let turn = Anchor { place: turn_place, included: true };
    ThreadSearchOccurrence {
        turn_id,
        item_id,
        snippet_match_range: ThreadSearchTextRange {
            start: units(snippet.found.start),
            end: units(snippet.found.end),
        },
        snippet: snippet.text,
        turn_cursor: cursor::cursor(thread, Scope::Turns, turn).unwrap_or_default(),
    }
}
