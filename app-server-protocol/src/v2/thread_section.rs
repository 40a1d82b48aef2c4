//! Sections: groups that users put threads into, each with its order.

use serde::{Deserialize, Serialize};

use super::thread::{ThreadSection, ThreadSectionAppearance};

/// Asks for a page of the sections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionListParams {
    /// Where to go on: `nextCursor` of the page before. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of sections. The first one is always there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionListResponse {
    /// The sections.
    pub data: Vec<ThreadSection>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
}

/// A new section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionCreateParams {
    /// Its name.
    pub name: String,
    /// How to show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appearance: Option<ThreadSectionAppearance>,
}

/// The section that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionCreateResponse {
    /// The section as it is now.
    pub section: ThreadSection,
}

/// A section gets another name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionUpdateParams {
    /// The section.
    pub section_id: String,
    /// Its name.
    pub name: String,
    /// How to show it; absent: as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appearance: Option<ThreadSectionAppearance>,
}

/// The section that was changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionUpdateResponse {
    /// The section as it is now.
    pub section: ThreadSection,
}

/// A section is to go. The threads in it stay, in no section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionDeleteParams {
    /// The section.
    pub section_id: String,
}

/// The section is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionDeleteResponse {}

/// A thread is put into a section, or to another place in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionMoveParams {
    /// The thread.
    pub thread_id: String,
    /// The section, or `null` for none.
    pub section_id: Option<String>,
    /// In front of which thread of the section; absent: behind the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_thread_id: Option<String>,
}

/// The thread is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionMoveResponse {}

/// A thread is in another section, or at another place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadSectionChangedNotification {
    /// The thread.
    pub thread_id: String,
    /// Its section, or `null` for none.
    pub section_id: Option<String>,
}
