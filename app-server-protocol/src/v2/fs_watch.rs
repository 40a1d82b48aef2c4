//! Being told when files change. What is watched belongs to the connection and ends with it.

use serde::{Deserialize, Serialize};

/// Watches a file, or a folder and what is directly in it. It need not exist yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsWatchParams {
    /// Name for what is told of it and for `fs/unwatch`.
    pub watch_id: String,
    /// The path.
    pub path: String,
}

/// It is watched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsWatchResponse {
    /// The path as it will be told.
    pub path: String,
}

/// Ends a watch. One that is not there counts as ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsUnwatchParams {
    /// Its name.
    pub watch_id: String,
}

/// Nothing more is told of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsUnwatchResponse {}

/// Something that is watched was made, changed, renamed or removed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsChangedNotification {
    /// The watch.
    pub watch_id: String,
    /// What changed, in the watched folder or itself. After very many changes only the watched path: look at all of it.
    pub changed_paths: Vec<String>,
}
