//! The history of a thread in pages: its turns, its items, and single items by their ids.

use serde::{Deserialize, Serialize};

use super::item::ThreadItem;
use super::shared::SortDirection;
use super::turn::{Turn, TurnItemsView};

/// Which turns of which thread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadTurnsListParams {
    /// The thread.
    pub thread_id: String,
    /// Where to go on: a cursor from an answer about this thread's turns. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Which end comes first; absent for the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<SortDirection>,
    /// How much of their items; absent for `summary`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items_view: Option<TurnItemsView>,
}

/// A page of turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadTurnsListResponse {
    /// The turns.
    pub data: Vec<Turn>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
    /// Where to read on in the other direction, beginning with the first entry of this page again.
    pub backwards_cursor: Option<String>,
}

/// Which items of which thread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadItemsListParams {
    /// The thread.
    pub thread_id: String,
    /// Only items of this turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// Where to go on: a cursor from an answer about this thread's items, or an item. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<ThreadItemsListCursor>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Which end comes first; absent for the oldest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<SortDirection>,
    /// Whose long output to leave out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defer_output: Option<ThreadItemOutputDeferral>,
}

/// Where a page of items begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(untagged, expecting = "expected a cursor or `{\"type\": \"item\", \"itemId\": …}`")]
pub enum ThreadItemsListCursor {
    /// As an answer gave it.
    Cursor(String),
    /// Behind something that the client knows.
    Anchor(ThreadItemsListAnchor),
}

/// Something to begin behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ThreadItemsListAnchor {
    /// An item; the request must name its turn, too.
    Item {
        /// Its id.
        item_id: String,
    },
}

/// Whose output is left out of a page; `thread/items/read` gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadItemOutputDeferral {
    /// That of commands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub command_execution: bool,
    /// That of tools of MCP servers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mcp_tool_call: bool,
}

/// A page of items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadItemsListResponse {
    /// The items, with their turns.
    pub data: Vec<ThreadItemEntry>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
    /// Where to read on in the other direction, beginning with the first entry of this page again.
    pub backwards_cursor: Option<String>,
}

/// An item of a thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadItemEntry {
    /// The turn that it belongs to.
    pub turn_id: String,
    /// The item.
    pub item: ThreadItem,
    /// It has output that was left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub output_deferred: bool,
    /// When it began.
    pub started_at_ms: Option<i64>,
    /// When it was complete.
    pub completed_at_ms: Option<i64>,
}

/// Items of a turn by their ids.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadItemsReadParams {
    /// The thread.
    pub thread_id: String,
    /// The turn.
    pub turn_id: String,
    /// The items, at most 100.
    pub item_ids: Vec<String>,
}

/// The items that there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadItemsReadResponse {
    /// In the order of the turn; those that it does not have are left out.
    pub data: Vec<ThreadItemEntry>,
}
