//! How many tokens a thread has used.

use serde::{Deserialize, Serialize};

/// Sent after every response of the model, and once when a thread is resumed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadTokenUsageUpdatedNotification {
    /// The thread.
    pub thread_id: String,
    /// The turn that used tokens last.
    pub turn_id: String,
    /// What was used.
    pub token_usage: ThreadTokenUsage,
}

/// How many tokens a thread has used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadTokenUsage {
    /// By all requests to the model together.
    pub total: TokenUsageBreakdown,
    /// By the last request; its total says how full the context is.
    pub last: TokenUsageBreakdown,
    /// Size of the context; `null` if it is not known.
    pub model_context_window: Option<i64>,
}

/// Tokens by kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TokenUsageBreakdown {
    /// Input and output together.
    pub total_tokens: i64,
    /// What the model read, the cached part included.
    pub input_tokens: i64,
    /// The part of the input that came from the model server's cache.
    pub cached_input_tokens: i64,
    /// The part of the input that was put into that cache.
    #[serde(default)]
    pub cache_write_input_tokens: i64,
    /// What the model wrote, its reasoning included.
    pub output_tokens: i64,
    /// The part of the output that is reasoning.
    pub reasoning_output_tokens: i64,
}
