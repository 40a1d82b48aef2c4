//! Calls of tools that the client carries out.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::item_tool::DynamicToolCallOutputContentItem;

/// Has the client carry out one of its tools. An error for an answer counts as a failed call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DynamicToolCallParams {
    /// The thread.
    pub thread_id: String,
    /// The turn.
    pub turn_id: String,
    /// The item that shows the call.
    pub call_id: String,
    /// Group of the tool.
    pub namespace: Option<String>,
    /// The tool.
    pub tool: String,
    /// What it is called with, as the model wrote it: not checked against the tool's schema.
    pub arguments: Value,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DynamicToolCallResponse {
    /// What the model is shown. Images are taken as `data:` URLs only.
    pub content_items: Vec<DynamicToolCallOutputContentItem>,
    /// Whether it worked.
    pub success: bool,
}
