//! `thread/goal/set`: gives a thread a goal, or changes it. An active one of a loaded thread begins a turn if none runs.

use codex_app_server_protocol::method::ThreadGoalSet;
use codex_app_server_protocol::v2::thread_goal::{
    ThreadGoalSetParams, ThreadGoalSetResponse, ThreadGoalStatus,
};
use codex_core::context::goal::GoalChange;
use codex_protocol::goal::GoalStatus;

use super::{Place, refused};
use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadGoalSet> for Context {
    fn lane(params: &ThreadGoalSetParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ThreadGoalSetParams) -> Result<Reply<ThreadGoalSetResponse>, RpcError> {
        let place = self.place_of_goal(&params.thread_id).await?;
        let change = GoalChange {
            objective: params.objective,
            status: params.status.map(status),
            token_budget: params.token_budget,
        };
        let (id, path) = match place {
            Place::Stored(id, path) => (id, path),
            Place::Loaded(thread) => {
                let accepted = thread.conversation.set_goal(change).await;
                let accepted = accepted.map_err(|error| thread.ended(error))?.map_err(refused)?;
                let response = ThreadGoalSetResponse { goal: to_wire::goal::goal(accepted.goal) };
                let queues = self.threads().queues().clone();
                return Ok(Reply::then(response, async move {
                    let _session_has_ended = accepted.go.send(());
                    queues.let_goal_go_on(&thread.conversation).await;
                }));
            }
        };
        let thread = self.stored_for_goal(id, path).await?;
        let goal = self.conversations().set_stored_goal(thread, change).await?.map_err(refused)?;
        let response = ThreadGoalSetResponse { goal: to_wire::goal::goal(goal.clone()) };
        let threads = self.threads().clone();
        Ok(Reply::then(response, async move {
            threads.broadcast(&to_wire::goal::updated(None, goal)).await;
        }))
    }
}

fn status(status: ThreadGoalStatus) -> GoalStatus {
    match status {
        ThreadGoalStatus::Active => GoalStatus::Active,
        ThreadGoalStatus::Paused => GoalStatus::Paused,
        ThreadGoalStatus::Blocked => GoalStatus::Blocked,
        ThreadGoalStatus::UsageLimited => GoalStatus::UsageLimited,
        ThreadGoalStatus::BudgetLimited => GoalStatus::BudgetLimited,
        ThreadGoalStatus::Complete => GoalStatus::Complete,
    }
}
