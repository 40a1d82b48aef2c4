//! `create_goal`: gives the conversation a goal that the user has asked for.

use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::ToolCall;
use crate::tools::handlers::goal_report;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::goal::GoalCall;
use crate::turn::port::SessionTaskContext;

pub const NAME: &str = "create_goal";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Args {
    objective: String,
    token_budget: Option<i64>,
}

#[derive(Debug)]
pub struct CreateGoal;

impl ToolHandler for CreateGoal {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::function(
            NAME,
            "Gives this conversation a goal, on which you then go on to work turn after turn without being asked. Only \
             if the user asks for a goal in so many words; an ordinary task is none. Fails while an unfinished goal \
             is there.",
            json!({
                "type": "object",
                "properties": {
                    "objective": {"type": "string", "description": "What is to be reached."},
                    "token_budget": {
                        "type": "integer",
                        "description": "How many tokens may be spent. Leave it out unless the user names a number."
                    }
                },
                "required": ["objective"],
                "additionalProperties": false
            }),
        ))
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let Args { objective, token_budget } = call.arguments()?;
            goal_report::answered(context, GoalCall::Create { objective, token_budget }).await
        })
    }
}
