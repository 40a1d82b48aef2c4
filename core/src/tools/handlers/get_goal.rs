//! `get_goal`: what the conversation is to reach by itself, and what has been spent on that.

use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::ToolCall;
use crate::tools::handlers::goal_report;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::goal::GoalCall;
use crate::turn::port::SessionTaskContext;

pub const NAME: &str = "get_goal";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Args {}

#[derive(Debug)]
pub struct GetGoal;

impl ToolHandler for GetGoal {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::function(
            NAME,
            "Tells the goal of this conversation, if it has one: objective, status, budget, and the tokens and seconds \
             spent on it.",
            json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
        ))
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let Args {} = call.arguments()?;
            goal_report::answered(context, GoalCall::Get).await
        })
    }
}
