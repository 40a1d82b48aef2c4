//! What the tools about goals give back: the goal as it is, in JSON.

use codex_protocol::goal::{GoalStatus, ThreadGoal};
use serde::Serialize;

use crate::tools::call::{ToolError, ToolOutput};
use crate::turn::goal::GoalCall;
use crate::turn::port::SessionTaskContext;

const REPORT: &str =
    "The goal had a budget: tell the user how many tokens of it were spent, and how long it took.";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    goal: Option<&'a ThreadGoal>,
    remaining_tokens: Option<i64>,
    completion_budget_report: Option<&'a str>,
}

/// Asks the session, and says what the model is told.
pub async fn answered(context: &SessionTaskContext, call: GoalCall) -> Result<ToolOutput, ToolError> {
    let goal = context.goal(call).await?.map_err(ToolError::RespondToModel)?;
    let is_to_be_told =
        |goal: &&ThreadGoal| goal.status == GoalStatus::Complete && goal.token_budget.is_some();
    let report = Report {
        goal: goal.as_ref(),
        remaining_tokens: goal.as_ref().and_then(ThreadGoal::remaining_tokens),
        completion_budget_report: goal.as_ref().filter(is_to_be_told).map(|_| REPORT),
    };
    let text =
        serde_json::to_string(&report).map_err(|error| ToolError::RespondToModel(error.to_string()))?;
    Ok(ToolOutput::text(text))
}
