//! What a conversation is to reach by itself, turn after turn, and how far that is.
//!
//! In the spelling of the files, which is that of the wire.

use serde::{Deserialize, Serialize};

use crate::ids::ConversationId;

/// The goal of a conversation with what has been spent on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoal {
    pub thread_id: ConversationId,
    pub objective: String,
    pub status: GoalStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_budget: Option<i64>,
    pub tokens_used: i64,
    pub time_used_seconds: i64,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// How a goal stands. Only an active one begins turns; what another version calls otherwise waits for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GoalStatus {
    Active,
    /// A turn has failed, or the agent cannot go on alone.
    Blocked,
    /// The user's plan is used up.
    UsageLimited,
    /// Its own budget is.
    BudgetLimited,
    Complete,
    #[serde(other)]
    Paused,
}

impl ThreadGoal {
    pub fn is_active(&self) -> bool {
        self.status == GoalStatus::Active
    }

    /// What is left of the budget, if there is one.
    pub fn remaining_tokens(&self) -> Option<i64> {
        self.token_budget.map(|budget| budget.saturating_sub(self.tokens_used).max(0))
    }
}
