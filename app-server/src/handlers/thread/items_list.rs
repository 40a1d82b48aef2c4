//! `thread/items/list` and `thread/items/read`: the items of a thread, page by page or by their ids.

use codex_app_server_protocol::method::{ThreadItemsList, ThreadItemsRead};
use codex_app_server_protocol::v2::item::{ThreadItem, ThreadItemDetails};
use codex_app_server_protocol::v2::shared::SortDirection;
use codex_app_server_protocol::v2::thread_history::{
    ThreadItemEntry, ThreadItemOutputDeferral, ThreadItemsListAnchor, ThreadItemsListCursor,
    ThreadItemsListParams, ThreadItemsListResponse, ThreadItemsReadParams, ThreadItemsReadResponse,
};
use codex_protocol::ids::ConversationId;

use super::cursor::{Anchor, Scope};
use super::stored_history::{Piece, PlacedItem, StoredHistory};
use super::turns_page::{self, Ends};
use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

const DEFAULT_LIMIT: u32 = 100;
const LARGEST_LIMIT: u32 = 500;
const MOST_IDS: usize = 100;

impl Handle<ThreadItemsList> for Context {
    fn lane(params: &ThreadItemsListParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadItemsListParams,
    ) -> Result<Reply<ThreadItemsListResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        let right = self.history().await?;
        let source = self.history_source(id, "thread/items/list").await?;
        let page = self.read_history(source, move |history| page(history, id, &params)).await?;
        Ok(Reply::new(page).keeping(Some(right)))
    }
}

impl Handle<ThreadItemsRead> for Context {
    fn lane(params: &ThreadItemsReadParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadItemsReadParams,
    ) -> Result<Reply<ThreadItemsReadResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        if params.item_ids.is_empty() || params.item_ids.len() > MOST_IDS {
            return Err(RpcError::invalid_request(format!("itemIds must contain 1 to {MOST_IDS} IDs")));
        }
        let right = self.history().await?;
        let source = self.history_source(id, "thread/items/read").await?;
        let data = self.read_history(source, move |history| named(history, &params)).await?;
        Ok(Reply::new(ThreadItemsReadResponse { data }).keeping(Some(right)))
    }
}

fn page(
    history: &StoredHistory,
    thread: ConversationId,
    params: &ThreadItemsListParams,
) -> Result<ThreadItemsListResponse, RpcError> {
    let turn = params.turn_id.as_deref();
    let from = match &params.cursor {
        None => None,
        Some(ThreadItemsListCursor::Cursor(text)) => {
            turns_page::place(history, thread, Some(text), Scope::Items)?
        }
        Some(ThreadItemsListCursor::Anchor(ThreadItemsListAnchor::Item { item_id })) => {
            Some(behind_item(history, turn, item_id)?)
        }
    };
    let piece = Piece {
        from,
        ascending: !matches!(params.sort_direction, Some(SortDirection::Desc)),
        limit: params.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, LARGEST_LIMIT) as usize,
    };
    let found = history.items(piece, turn)?;
    let ends = Ends::of(thread, Scope::Items, found.entries.iter().map(|item| item.place), found.more);
    let deferred = params.defer_output.unwrap_or_default();
    Ok(ThreadItemsListResponse {
        data: found.entries.into_iter().map(|item| entry(item, deferred)).collect(),
        next_cursor: ends.next,
        backwards_cursor: ends.backwards,
    })
}

fn behind_item(history: &StoredHistory, turn: Option<&str>, item_id: &str) -> Result<Anchor, RpcError> {
    let Some(turn) = turn else {
        return Err(RpcError::invalid_params("turnId is required when cursor is an item anchor"));
    };
    let mut found = None;
    every_item(history, turn, |item| {
        if item.item.details.id() == item_id {
            found = Some(Anchor { place: item.place, included: false });
        }
    })?;
    found.ok_or_else(|| {
        RpcError::invalid_request(format!(
            "item not found: {item_id}; `cursor.itemId` must be one of turn {turn}"
        ))
    })
}

fn named(history: &StoredHistory, params: &ThreadItemsReadParams) -> Result<Vec<ThreadItemEntry>, RpcError> {
    let mut found = Vec::new();
    every_item(history, &params.turn_id, |item| {
        if params.item_ids.iter().any(|id| id == item.item.details.id()) {
            found.push(entry(item, ThreadItemOutputDeferral::default()));
        }
    })?;
    Ok(found)
}

/// Goes through the items of a turn in pieces.
fn every_item(history: &StoredHistory, turn: &str, mut each: impl FnMut(PlacedItem)) -> Result<(), RpcError> {
    let mut from = None;
    loop {
        let piece = Piece { from, ascending: true, limit: LARGEST_LIMIT as usize };
        let found = history.items(piece, Some(turn))?;
        let last = found.entries.last().map(|item| Anchor { place: item.place, included: false });
        found.entries.into_iter().for_each(&mut each);
        if !found.more {
            return Ok(());
        }
        from = last;
    }
}

fn entry(placed: PlacedItem, deferred: ThreadItemOutputDeferral) -> ThreadItemEntry {
    let PlacedItem { turn_id, mut item, .. } = placed;
    let output_deferred = leave_out(&mut item, deferred);
    let (started_at_ms, completed_at_ms) = (item.started_at_ms, item.completed_at_ms);
    ThreadItemEntry { turn_id, item, output_deferred, started_at_ms, completed_at_ms }
}

/// Whether the item has lost something.
fn leave_out(item: &mut ThreadItem, deferred: ThreadItemOutputDeferral) -> bool {
    match &mut item.details {
        ThreadItemDetails::CommandExecution { aggregated_output, .. } if deferred.command_execution => {
            aggregated_output.take().is_some()
        }
        ThreadItemDetails::McpToolCall { result, .. } if deferred.mcp_tool_call => result.take().is_some(),
        _ => false,
    }
}
