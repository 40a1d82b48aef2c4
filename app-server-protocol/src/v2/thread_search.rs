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
