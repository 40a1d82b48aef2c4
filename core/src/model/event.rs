//! What comes back from a model while it answers, free of any wire.

use codex_protocol::response_item::ResponseItem;
use codex_protocol::usage::{RateLimitSnapshot, TokenUsage};

/// One step of a response. Items come one after the other: the deltas between an announcement and
/// the next `ItemDone` belong to the announced item.
#[derive(Clone, Debug, PartialEq)]
pub enum ResponseEvent {
    /// What the server says of the user's limits; once, before anything else, even if it says nothing.
    RateLimits(RateLimitSnapshot),
    /// A message, reasoning or web search begins. Other items are only reported when done.
    ItemAdded(ResponseItem),
    /// More text of the announced message.
    TextDelta(String),
    /// The next part of the announced reasoning's summary begins.
    SummaryPartAdded { summary_index: i64 },
    /// More text of a part of the summary.
    SummaryDelta { summary_index: i64, delta: String },
    /// More text of the unsummarised reasoning.
    RawReasoningDelta { content_index: i64, delta: String },
    /// An item is complete; a tool call can start.
    ItemDone(ResponseItem),
    /// The response is complete. Nothing follows.
    Completed { response_id: String, usage: Option<TokenUsage> },
}
