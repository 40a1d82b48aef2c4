//! One page of a thread's turns, as an answer brings it along.

use codex_app_server_protocol::v2::item::{ThreadItem, ThreadItemDetails};
use codex_app_server_protocol::v2::shared::SortDirection;
use codex_app_server_protocol::v2::thread_start::{ThreadResumeInitialTurnsPageParams, TurnsPage};
use codex_app_server_protocol::v2::turn::{Turn, TurnItemsView};

const DEFAULT_LIMIT: u32 = 25;
const LARGEST_LIMIT: u32 = 100;

/// The first page of the turns, given oldest first; newest first unless asked otherwise.
pub(super) fn page(turns: &[Turn], wanted: &ThreadResumeInitialTurnsPageParams) -> TurnsPage {
    let limit = wanted.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, LARGEST_LIMIT) as usize;
    let view = wanted.items_view.unwrap_or(TurnItemsView::Summary);
    let shown: Vec<&Turn> = match wanted.sort_direction {
        Some(SortDirection::Asc) => turns.iter().take(limit).collect(),
        None | Some(SortDirection::Desc) => turns.iter().rev().take(limit).collect(),
    };
    let more = shown.len() < turns.len();
    TurnsPage {
        next_cursor: shown.last().filter(|_| more).map(|turn| turn.id.clone()),
        backwards_cursor: shown.first().map(|turn| turn.id.clone()),
        data: shown.into_iter().map(|turn| viewed(turn, view)).collect(),
    }
}

/// Where reading backwards begins: at the last turn, and at its last item.
pub(super) struct Ends {
    pub(super) turns: Option<String>,
    pub(super) items: Option<String>,
}

pub(super) fn ends(turns: &[Turn]) -> Ends {
    let last_item = turns.iter().rev().find_map(|turn| {
        let item = turn.items.last()?;
        Some(format!("{}/{}", turn.id, item.details.id()))
    });
    Ends { turns: turns.last().map(|turn| turn.id.clone()), items: last_item }
}

fn viewed(turn: &Turn, view: TurnItemsView) -> Turn {
    let items = match view {
        TurnItemsView::NotLoaded => Vec::new(),
        TurnItemsView::Summary => summary(&turn.items),
        TurnItemsView::Full => turn.items.clone(),
    };
    Turn { items, items_view: view, ..bare(turn) }
}

fn bare(turn: &Turn) -> Turn {
    Turn {
        id: turn.id.clone(),
        root_turn_id: turn.root_turn_id.clone(),
        items: Vec::new(),
        items_view: TurnItemsView::NotLoaded,
        status: turn.status,
        error: turn.error.clone(),
        started_at: turn.started_at,
        completed_at: turn.completed_at,
        duration_ms: turn.duration_ms,
    }
}

/// What was asked and what was answered in the end.
fn summary(items: &[ThreadItem]) -> Vec<ThreadItem> {
    let asked = items.iter().find(|item| matches!(item.details, ThreadItemDetails::UserMessage { .. }));
    let answered = items.iter().rfind(|item| matches!(item.details, ThreadItemDetails::AgentMessage { .. }));
    asked.into_iter().chain(answered).cloned().collect()
}
