//! `update_goal`: the model says that the goal is reached, or that it cannot go on.

use codex_protocol::goal::GoalStatus;
use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::ToolCall;
use crate::tools::handlers::goal_report;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::goal::GoalCall;
use crate::turn::port::SessionTaskContext;

pub const NAME: &str = "update_goal";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Args {
    status: Status,
}

/// What the model may say. Everything else is up to the user and to what is spent.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Complete,
    Blocked,
    Paused,
}

#[derive(Debug)]
pub struct UpdateGoal;

impl ToolHandler for UpdateGoal {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::function(
            NAME,
            "Ends or halts the work on the goal of this conversation. `complete`: everything it asks for is \
             there, and you have checked that. `blocked`: for at least three turns the same obstacle has kept you \
             from any progress, and only the user or a change outside can remove it. `paused`: the user has asked \
             for a pause. Never because the work is hard, takes long, or the budget runs out. Only the user makes \
             a goal active again. If a complete goal has a budget, tell the user what was spent.",
            json!({
                "type": "object",
                "properties": {
                    "status": {
                        "type": "string",
                        "enum": ["complete", "blocked", "paused"],
                        "description": "How the goal stands from now on."
                    }
                },
                "required": ["status"],
                "additionalProperties": false
            }),
        ))
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let Args { status } = call.arguments()?;
            let status = match status {
                Status::Complete => GoalStatus::Complete,
                Status::Blocked => GoalStatus::Blocked,
                Status::Paused => GoalStatus::Paused,
            };
            goal_report::answered(context, GoalCall::Update(status)).await
        })
    }
}
