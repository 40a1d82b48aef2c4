//! Text as it grows, and the message events of older files.

use serde::{Deserialize, Serialize};

use crate::ids::ItemId;

/// More text of an agent message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentDeltaEvent {
    pub item_id: ItemId,
    pub delta: String,
}

/// More text of a proposed plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanDeltaEvent {
    pub item_id: ItemId,
    pub delta: String,
}

/// More text of one part of a reasoning summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasoningDeltaEvent {
    pub item_id: ItemId,
    pub delta: String,
    #[serde(default)]
    pub summary_index: i64,
}

/// More text of unsummarised reasoning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawReasoningDeltaEvent {
    pub item_id: ItemId,
    pub delta: String,
    #[serde(default)]
    pub content_index: i64,
}

/// A new part of a reasoning summary begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasoningSectionBreakEvent {
    pub item_id: ItemId,
    #[serde(default)]
    pub summary_index: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserMessageEvent {
    pub message: String,
    #[serde(default)]
    pub images: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentMessageEvent {
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextEvent {
    pub text: String,
}
