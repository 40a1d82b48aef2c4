//! Goals of threads.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::thread_goal as wire;
use codex_protocol::goal::{GoalStatus, ThreadGoal};
use codex_protocol::ids::{ConversationId, TurnId};

pub(crate) fn goal(goal: ThreadGoal) -> wire::ThreadGoal {
    wire::ThreadGoal {
        thread_id: goal.thread_id.to_string(),
        objective: goal.objective,
        status: match goal.status {
            GoalStatus::Active => wire::ThreadGoalStatus::Active,
            GoalStatus::Paused => wire::ThreadGoalStatus::Paused,
            GoalStatus::Blocked => wire::ThreadGoalStatus::Blocked,
            GoalStatus::UsageLimited => wire::ThreadGoalStatus::UsageLimited,
            GoalStatus::BudgetLimited => wire::ThreadGoalStatus::BudgetLimited,
            GoalStatus::Complete => wire::ThreadGoalStatus::Complete,
        },
        token_budget: goal.token_budget,
        tokens_used: goal.tokens_used,
        time_used_seconds: goal.time_used_seconds,
        created_at: goal.created_at,
        updated_at: goal.updated_at,
    }
}

/// `turn`: the one that changed it.
pub(crate) fn updated(turn: Option<TurnId>, changed: ThreadGoal) -> ServerNotification {
    ServerNotification::ThreadGoalUpdated(wire::ThreadGoalUpdatedNotification {
        thread_id: changed.thread_id.to_string(),
        turn_id: turn.map(|turn| turn.to_string()),
        goal: goal(changed),
    })
}

pub(crate) fn cleared(thread: ConversationId) -> ServerNotification {
    let thread_id = thread.to_string();
    ServerNotification::ThreadGoalCleared(wire::ThreadGoalClearedNotification { thread_id })
}
