//! Looking for words in what was said in threads.

use serde::{Deserialize, Serialize};

use super::shared::SortDirection;
use super::thread::Thread;
use super::thread_list::ThreadSourceKind;

/// Asks for the threads in which something was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSearchParams {
    /// The words, of which large and small letters count alike. Not empty.
    pub search_term: String,
    /// Only archived threads; absent or `false`: only others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Only threads of the account in use. All are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub current_account_only: bool,
    /// Also threads that belong to others. There are none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_attached_threads: bool,
    /// Who started them. Absent or empty: a person, in a terminal or an editor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_kinds: Option<Vec<ThreadSourceKind>>,
    /// The order. Absent: by creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_key: Option<ThreadSearchSortKey>,
    /// Its direction. Absent: the newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<SortDirection>,
    /// Where to go on: `nextCursor` of the page before. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What threads are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ThreadSearchSortKey {
    /// Their creation.
    CreatedAt,
    /// Their last change.
    UpdatedAt,
    /// Their last change, too.
    RecencyAt,
}

/// A page of threads in which it was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSearchResponse {
    /// The threads.
    pub data: Vec<ThreadSearchResult>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
    /// For the opposite direction, beginning with the first thread of this page; `null` if the page is empty.
    pub backwards_cursor: Option<String>,
}

/// A thread in which it was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSearchResult {
    /// The thread, without turns.
    pub thread: Thread,
    /// Where it was said first, with what stands around it.
    pub snippet: String,
}

/// Asks for all places of a thread where something was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSearchOccurrencesParams {
    /// The thread, loaded or stored.
    pub thread_id: String,
    /// The words, of which large and small letters count alike. Not empty.
    pub search_term: String,
    /// Where to go on: `nextCursor` of the page before. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of places where it was said, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSearchOccurrencesResponse {
    /// The places.
    pub data: Vec<ThreadSearchOccurrence>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
}

/// A place where it was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSearchOccurrence {
    /// The turn in which it was said.
    pub turn_id: String,
    /// The message of the user or the agent.
    pub item_id: String,
    /// The words, with what stands around them; white space counts as one space.
    pub snippet: String,
    /// Where the words stand in the snippet.
    pub snippet_match_range: ThreadSearchTextRange,
    /// For `thread/turns/list`, which begins with this turn then.
    pub turn_cursor: String,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSearchTextRange {
    /// Of its first UTF-16 unit.
    pub start: u32,
    /// Behind its last UTF-16 unit.
    pub end: u32,
}
