//! What a tool may ask about the goal of its conversation.

use codex_protocol::goal::{GoalStatus, ThreadGoal};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GoalCall {
    Get,
    /// Where there is none, or a complete one.
    Create {
        objective: String,
        token_budget: Option<i64>,
    },
    Update(GoalStatus),
}

/// The goal as it is then, or what the model should know.
pub type GoalAnswer = Result<Option<ThreadGoal>, String>;
