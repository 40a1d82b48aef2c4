//! What the model is told of the goal of its conversation, as messages in the user's place. Pure.

use codex_protocol::goal::ThreadGoal;
use codex_protocol::response_item::ResponseItem;

/// How these messages begin. Other programs know them by that.
pub const OPEN: &str = "<codex_internal_context source=\"goal\">";
const CLOSE: &str = "</codex_internal_context>";

const CONTINUE: &str = include_str!("prompts/goal_continue.md");
const EDITED: &str = include_str!("prompts/goal_edited.md");
const LIMIT: &str = include_str!("prompts/goal_limit.md");

/// Begins a turn.
pub fn go_on(goal: &ThreadGoal) -> ResponseItem {
    message(CONTINUE, goal)
}

/// The user has said something else while a turn runs.
pub fn edited(goal: &ThreadGoal) -> ResponseItem {
    message(EDITED, goal)
}

/// The budget is spent while a turn runs.
pub fn limit(goal: &ThreadGoal) -> ResponseItem {
    message(LIMIT, goal)
}

fn message(text: &str, goal: &ThreadGoal) -> ResponseItem {
    let budget = match (goal.token_budget, goal.remaining_tokens()) {
        (Some(budget), Some(left)) => format!("{budget} tokens, of which {left} are left"),
        _ => "no limit".to_owned(),
    };
    let text = text
        .trim_end()
        .replace("{used}", &goal.tokens_used.to_string())
        .replace("{budget}", &budget)
        // The last one, because it may contain anything.
        .replace("{objective}", &goal.objective);
    ResponseItem::message("user", format!("{OPEN}\n{text}\n{CLOSE}"))
}

#[cfg(test)]
mod tests {
    use codex_protocol::goal::GoalStatus;

    use super::*;
    use crate::context::environment::is_engine_made;

    #[test]
    fn the_model_is_told_what_and_how_much() {
        let goal = ThreadGoal {
            thread_id: "01a20507-a775-7583-bb12-157c0e80978f".parse().unwrap(),
            objective: "say {budget}".into(),
            status: GoalStatus::Active,
            token_budget: Some(500),
            tokens_used: 120,
            time_used_seconds: 0,
            created_at: 0,
            updated_at: 0,
        };
        for item in [go_on(&goal), edited(&goal), limit(&goal)] {
            let ResponseItem::Message { role, content, .. } = item else { panic!("a message") };
            assert_eq!(role, "user");
            assert!(is_engine_made(&content));
            let text = content[0].as_text().unwrap();
            assert!(text.contains("say {budget}") && !text.contains("{objective}"), "{text}");
            assert!(
                text.contains("120 tokens") && text.contains("500 tokens, of which 380 are left"),
                "{text}"
            );
        }
    }
}
