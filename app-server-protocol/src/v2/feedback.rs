//! Reports about the server, for a user to look at and to hand on. The server sends them nowhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Writes a report into a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FeedbackSaveParams {
    /// What kind of report it is, such as `bug`.
    pub classification: String,
    /// What the user says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The thread it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// Whether the history of that thread goes in too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub include_logs: bool,
    /// Further files to put in, absolute paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_log_files: Option<Vec<String>>,
    /// Where the report goes: the absolute path of a file that does not exist.
    pub save_path: String,
    /// Further facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
}

/// It is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FeedbackSaveResponse {
    /// A ZIP archive that only its owner can read.
    pub saved_path: String,
    /// The thread it is about; `no-active-thread-…` if it is about none.
    pub thread_id: String,
    /// Always `null` here.
    #[serde(default)]
    pub prompt_hash: Option<String>,
}
