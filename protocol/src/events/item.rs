//! The start and the end of an item.

use serde::{Deserialize, Serialize};

use crate::ids::{ConversationId, TurnId};
use crate::turn_item::TurnItem;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemStartedEvent {
    pub thread_id: ConversationId,
    pub turn_id: TurnId,
    pub item: TurnItem,
    /// Unix milliseconds.
    #[serde(default)]
    pub started_at_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemCompletedEvent {
    pub thread_id: ConversationId,
    pub turn_id: TurnId,
    pub item: TurnItem,
    /// Unix milliseconds.
    #[serde(default)]
    pub started_at_ms: Option<i64>,
    #[serde(default)]
    pub completed_at_ms: Option<i64>,
}
