//! Which facts are kept.
//!
//! Kept is what a resumed conversation needs: everything the model saw or wrote, the settings of
//! every turn, the start and end of turns, and items as they were when they completed. Deltas,
//! questions and notices are not: they are either part of a completed item or over. Errors are kept
//! in the end of their turn, names in the file of names.

use codex_protocol::event::EventMsg;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::RolloutItem;

pub fn keeps(item: &RolloutItem) -> bool {
    match item {
        RolloutItem::SessionMeta(_) | RolloutItem::Compacted(_) | RolloutItem::TurnContext(_) => true,
        RolloutItem::ResponseItem(item) => keeps_response_item(item),
        RolloutItem::EventMsg(event) => keeps_event(event),
    }
}

fn keeps_response_item(item: &ResponseItem) -> bool {
    match item {
        ResponseItem::Message { .. }
        | ResponseItem::Reasoning { .. }
        | ResponseItem::LocalShellCall { .. }
        | ResponseItem::FunctionCall { .. }
        | ResponseItem::FunctionCallOutput { .. }
        | ResponseItem::CustomToolCall { .. }
        | ResponseItem::CustomToolCallOutput { .. }
        | ResponseItem::WebSearchCall { .. }
        | ResponseItem::GhostSnapshot { .. }
        | ResponseItem::Compaction { .. } => true,
        ResponseItem::Other => false,
    }
}

pub fn keeps_event(event: &EventMsg) -> bool {
    match event {
        EventMsg::TurnStarted(_)
        | EventMsg::TurnComplete(_)
        | EventMsg::TurnAborted(_)
        | EventMsg::ItemCompleted(_)
        | EventMsg::TokenCount(_)
        | EventMsg::ThreadGoalUpdated(_)
        | EventMsg::ThreadGoalCleared(_)
        | EventMsg::UndoCompleted(_)
        | EventMsg::EnteredReviewMode(_)
        | EventMsg::ExitedReviewMode(_)
        | EventMsg::UserMessage(_)
        | EventMsg::AgentMessage(_)
        | EventMsg::AgentReasoning(_)
        | EventMsg::AgentReasoningRawContent(_) => true,
        EventMsg::SessionConfigured(_)
        | EventMsg::TurnDiff(_)
        | EventMsg::PlanUpdate(_)
        | EventMsg::ItemStarted(_)
        | EventMsg::AgentMessageContentDelta(_)
        | EventMsg::PlanDelta(_)
        | EventMsg::ReasoningContentDelta(_)
        | EventMsg::ReasoningRawContentDelta(_)
        | EventMsg::AgentReasoningSectionBreak(_)
        | EventMsg::ExecOutputDelta(_)
        | EventMsg::TerminalInteraction(_)
        | EventMsg::ExecApprovalRequest(_)
        | EventMsg::ApplyPatchApprovalRequest(_)
        | EventMsg::ElicitationRequest(_)
        | EventMsg::RequestUserInput(_)
        | EventMsg::RequestPermissions(_)
        | EventMsg::DynamicToolCallRequest(_)
        | EventMsg::Error(_)
        | EventMsg::StreamError(_)
        | EventMsg::Warning(_)
        | EventMsg::BackgroundEvent(_)
        | EventMsg::DeprecationNotice(_)
        | EventMsg::ThreadNameUpdated(_)
        | EventMsg::McpStartupUpdate(_)
        | EventMsg::McpStartupComplete(_)
        | EventMsg::McpToolCallProgress(_)
        | EventMsg::UndoStarted(_)
        | EventMsg::ShutdownComplete => false,
    }
}

/// Whether this has to be on the disk before a client is told of it: the end of a turn, and with it all of the turn; and
/// what a client says of the goal.
pub fn must_be_durable(item: &RolloutItem) -> bool {
    match item {
        RolloutItem::EventMsg(EventMsg::ThreadGoalUpdated(event)) => event.turn_id.is_none(),
        item => matches!(
            item,
            RolloutItem::EventMsg(
                EventMsg::TurnComplete(_) | EventMsg::TurnAborted(_) | EventMsg::ThreadGoalCleared(_)
            )
        ),
    }
}

/// Whether events with this tag are worth decoding; other tags are passed over unread.
pub(super) fn keeps_tag(tag: &str) -> bool {
    matches!(
        tag,
        "task_started"
            | "turn_started"
            | "task_complete"
            | "turn_complete"
            | "turn_aborted"
            | "item_completed"
            | "token_count"
            | "thread_goal_updated"
            | "thread_goal_cleared"
            | "undo_completed"
            | "entered_review_mode"
            | "exited_review_mode"
            | "user_message"
            | "agent_message"
            | "agent_reasoning"
            | "agent_reasoning_raw_content"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// One event per kept variant; the tags must be those that the reader decodes.
    #[test]
    fn the_tags_that_are_read_are_those_that_are_written() {
        let bodies = [
            json!({"type": "task_started"}),
            json!({"type": "turn_started"}),
            json!({"type": "task_complete"}),
            json!({"type": "turn_complete"}),
            json!({"type": "turn_aborted", "reason": "interrupted"}),
            json!({"type": "item_completed", "thread_id": "01a20507-a775-7583-bb12-157c0e80978f",
                   "turn_id": "t", "item": {"type": "ContextCompaction", "id": "i"}}),
            json!({"type": "token_count", "info": null}),
            json!({"type": "thread_goal_cleared", "threadId": "01a20507-a775-7583-bb12-157c0e80978f"}),
            json!({"type": "thread_goal_updated", "threadId": "01a20507-a775-7583-bb12-157c0e80978f",
                   "goal": {"threadId": "01a20507-a775-7583-bb12-157c0e80978f", "objective": "o",
                            "status": "active", "tokensUsed": 1, "timeUsedSeconds": 2, "createdAt": 3,
                            "updatedAt": 4}}),
            json!({"type": "undo_completed", "success": true}),
            json!({"type": "exited_review_mode", "review_output": null}),
            json!({"type": "user_message", "message": "m"}),
            json!({"type": "agent_message", "message": "m"}),
            json!({"type": "agent_reasoning", "text": "t"}),
            json!({"type": "agent_reasoning_raw_content", "text": "t"}),
        ];
        for body in bodies {
            let event: EventMsg = serde_json::from_value(body.clone()).unwrap();
            assert!(keeps_event(&event), "{body}");
            assert!(keeps_tag(tag_of(&body)), "{body}");
            assert!(keeps_tag(tag_of(&serde_json::to_value(&event).unwrap())), "{body}");
        }
        for body in [
            json!({"type": "warning", "message": "m"}),
            json!({"type": "error", "message": "m"}),
            json!({"type": "shutdown_complete"}),
        ] {
            let event: EventMsg = serde_json::from_value(body.clone()).unwrap();
            assert!(!keeps_event(&event) && !keeps_tag(tag_of(&body)), "{body}");
        }
    }

    fn tag_of(body: &Value) -> &str {
        body["type"].as_str().unwrap()
    }

    #[test]
    fn what_is_not_known_is_not_written_back() {
        assert!(!keeps(&RolloutItem::ResponseItem(ResponseItem::Other)));
        assert!(keeps(&RolloutItem::ResponseItem(ResponseItem::message("user", "hi"))));
    }
}
