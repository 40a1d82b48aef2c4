//! Changes of the goal of a conversation.

use serde::{Deserialize, Serialize};

use crate::goal::ThreadGoal;
use crate::ids::{ConversationId, TurnId};

/// The goal as it is from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalUpdatedEvent {
    pub thread_id: ConversationId,
    /// The turn that changed it; none if a client did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    pub goal: ThreadGoal,
    /// Whether the file tells all that becomes of the goal. Others keep it elsewhere, and note here only what users say.
    #[serde(default)]
    pub is_kept_here: bool,
}

/// There is no goal any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalClearedEvent {
    pub thread_id: ConversationId,
}
