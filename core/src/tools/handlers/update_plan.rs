//! `update_plan`: the agent's plan, for the client to show.

use codex_protocol::event::EventMsg;
use codex_protocol::events::turn::PlanUpdateEvent;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

const NAME: &str = "update_plan";

#[derive(Debug)]
pub struct UpdatePlan {
    /// Not while there is no work under way whose progress could be shown.
    pub is_offered: bool,
}

impl ToolHandler for UpdatePlan {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        let tool = ToolSpec::function(
            NAME,
            "Shows the user your plan of the work and how far you are. Send the whole plan each \
             time. At most one step may be in progress.",
            json!({
                "type": "object",
                "properties": {
                    "explanation": {"type": "string", "description": "Why the plan changed, if it did."},
                    "plan": {
                        "type": "array",
                        "description": "All steps, in order.",
                        "items": {
                            "type": "object",
                            "properties": {
                                "step": {"type": "string", "description": "What is done, in a few words."},
                                "status": {
                                    "type": "string",
                                    "enum": ["pending", "in_progress", "completed"],
                                    "description": "How far it is."
                                }
                            },
                            "required": ["step", "status"],
                            "additionalProperties": false
                        }
                    }
                },
                "required": ["plan"],
                "additionalProperties": false
            }),
        );
        self.is_offered.then_some(tool)
    }

    fn may_change_files(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            if !self.is_offered {
                let text =
                    "update_plan is not used in plan mode; write the plan between <proposed_plan> tags";
                return Err(ToolError::RespondToModel(text.into()));
            }
            let plan: PlanUpdateEvent = call.arguments()?;
            context.emit(EventMsg::PlanUpdate(plan)).await?;
            Ok(ToolOutput::text("Plan updated"))
        })
    }
}
