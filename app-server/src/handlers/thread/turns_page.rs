//! Pages of a thread's turns, as `thread/turns/list` gives them and the answer to `thread/resume` brings one along.

use codex_app_server_protocol::v2::item::{ThreadItem, ThreadItemDetails};
use codex_app_server_protocol::v2::shared::SortDirection;
use codex_app_server_protocol::v2::thread_history::ThreadTurnsListParams;
use codex_app_server_protocol::v2::thread_start::{ThreadResumeInitialTurnsPageParams, TurnsPage};
use codex_app_server_protocol::v2::turn::{Turn, TurnItemsView};
use codex_protocol::ids::ConversationId;

use super::cursor::{self, Anchor, Scope};
use super::stored_history::{Piece, StoredHistory};
use crate::error::RpcError;
use crate::projection::history::Wanted;

const DEFAULT_LIMIT: u32 = 25;
const LARGEST_LIMIT: u32 = 100;

/// Which turns, and how much of them.
#[derive(Clone, Debug)]
pub(super) struct TurnsQuery {
    pub cursor: Option<String>,
    pub limit: Option<u32>,
    pub direction: Option<SortDirection>,
    pub view: Option<TurnItemsView>,
}

impl From<ThreadResumeInitialTurnsPageParams> for TurnsQuery {
    fn from(params: ThreadResumeInitialTurnsPageParams) -> Self {
        let ThreadResumeInitialTurnsPageParams { limit, sort_direction, items_view } = params;
        Self { cursor: None, limit, direction: sort_direction, view: items_view }
    }
}

impl From<ThreadTurnsListParams> for TurnsQuery {
    fn from(params: ThreadTurnsListParams) -> Self {
        let ThreadTurnsListParams { cursor, limit, sort_direction, items_view, .. } = params;
        Self { cursor, limit, direction: sort_direction, view: items_view }
    }
}

/// A page; newest first and as a summary unless asked otherwise. Blocks.
pub(super) fn page(
    history: &StoredHistory,
    thread: ConversationId,
    query: &TurnsQuery,
) -> Result<TurnsPage, RpcError> {
    let view = query.view.unwrap_or(TurnItemsView::Summary);
    let wanted = match view {
        TurnItemsView::NotLoaded => Wanted::None,
        TurnItemsView::Summary => Wanted::Messages,
        TurnItemsView::Full => Wanted::All,
    };
    let piece = Piece {
        from: place(history, thread, query.cursor.as_deref(), Scope::Turns)?,
        ascending: matches!(query.direction, Some(SortDirection::Asc)),
        limit: query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, LARGEST_LIMIT) as usize,
    };
    let found = history.turns(piece, wanted)?;
    let ends = Ends::of(thread, Scope::Turns, found.entries.iter().map(|turn| turn.place), found.more);
    Ok(TurnsPage {
        data: found.entries.into_iter().map(|placed| viewed(placed.turn, view)).collect(),
        next_cursor: ends.next,
        backwards_cursor: ends.backwards,
    })
}

/// Where a cursor points, if it points to something.
pub(super) fn place(
    history: &StoredHistory,
    thread: ConversationId,
    cursor: Option<&str>,
    scope: Scope,
) -> Result<Option<Anchor>, RpcError> {
    let Some(text) = cursor else { return Ok(None) };
    let anchor = cursor::parse(text, thread, scope)?;
    if history.is_place(anchor.place)? { Ok(Some(anchor)) } else { Err(RpcError::invalid_cursor(text)) }
}

/// The cursors of a page.
pub(super) struct Ends {
    pub next: Option<String>,
    pub backwards: Option<String>,
}

impl Ends {
    pub fn of(
        thread: ConversationId,
        scope: Scope,
        mut places: impl DoubleEndedIterator<Item = u64>,
        more: bool,
    ) -> Self {
        let at =
            |place: Option<u64>, included| cursor::cursor(thread, scope, Anchor { place: place?, included });
        let first = places.next();
        let last = if more { places.next_back().or(first) } else { None };
        Self { next: at(last, false), backwards: at(first, true) }
    }
}

fn viewed(turn: Turn, view: TurnItemsView) -> Turn {
    let items = match view {
        TurnItemsView::NotLoaded => Vec::new(),
        TurnItemsView::Summary => summary(turn.items),
        TurnItemsView::Full => turn.items,
    };
    Turn { items, items_view: view, ..turn }
}

/// What was asked and what was answered in the end.
fn summary(mut items: Vec<ThreadItem>) -> Vec<ThreadItem> {
    let is_asked = |item: &ThreadItem| matches!(item.details, ThreadItemDetails::UserMessage { .. });
    let is_answered = |item: &ThreadItem| matches!(item.details, ThreadItemDetails::AgentMessage { .. });
    let asked = items.iter().position(is_asked);
    let answered = items.iter().rposition(is_answered);
    let mut number = 0;
    items.retain(|_| {
        let is_kept = Some(number) == asked || Some(number) == answered;
        number += 1;
        is_kept
    });
    items
}
