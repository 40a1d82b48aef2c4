//! Notices that belong to no item: warnings, deprecations, and requests of the server that are settled.

use serde::{Deserialize, Serialize};

use super::shared::TextRange;
use crate::jsonrpc::RequestId;

/// Something for the user to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WarningNotification {
    /// The thread it is about; `null` for the server as a whole.
    pub thread_id: Option<String>,
    /// The text.
    pub message: String,
}

/// Something is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigWarningNotification {
    /// What, in a sentence.
    pub summary: String,
    /// What to do about it.
    pub details: Option<String>,
    /// The file, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The place in the file, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<TextRange>,
}

/// The client uses something that will go away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DeprecationNoticeNotification {
    /// What, in a sentence.
    pub summary: String,
    /// What to use instead.
    pub details: Option<String>,
}

/// A request of the server is settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ServerRequestResolvedNotification {
    /// The thread.
    pub thread_id: String,
    /// Id of the request.
    pub request_id: RequestId,
}
