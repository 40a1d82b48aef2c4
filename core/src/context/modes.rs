//! What the model is told about the way in which it works with its user, and when that changes.

use codex_protocol::mode::{Mode, ModeKind};
use codex_protocol::response_item::ResponseItem;

const PLAN: &str = include_str!("prompts/plan_mode.md");
/// Only told where another mode was in force before.
const DEFAULT: &str = include_str!("prompts/default_mode.md");

/// The instructions that hold in a mode.
pub fn instructions(mode: &Mode) -> &str {
    match (&mode.instructions, mode.kind) {
        (Some(own), _) => own,
        (None, ModeKind::Plan) => PLAN,
        (None, ModeKind::Default) => DEFAULT,
    }
}

/// What a model that has been told of one mode must be told of another; nothing if it is the same.
pub fn change(earlier: &Mode, now: &Mode) -> Option<ResponseItem> {
    let text = format!("<collaboration_mode>\n{}\n</collaboration_mode>", instructions(now));
    (earlier != now).then(|| ResponseItem::message("developer", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(earlier: &Mode, now: &Mode) -> Option<String> {
        let ResponseItem::Message { content, .. } = change(earlier, now)? else { panic!() };
        content[0].as_text().map(|text| text.lines().nth(1).unwrap().to_owned())
    }

    #[test]
    fn only_a_change_is_told() {
        let usual = Mode::default();
        let plan = Mode { kind: ModeKind::Plan, instructions: None };
        let own = Mode { kind: ModeKind::Plan, instructions: Some("Be brief.".into()) };
        assert_eq!(told(&usual, &usual), None);
        assert_eq!(told(&plan, &plan), None);
        assert_eq!(told(&usual, &plan).unwrap(), "# Plan mode");
        assert_eq!(told(&plan, &own).unwrap(), "Be brief.");
        assert_eq!(told(&own, &usual).unwrap(), "# Default mode");
    }

    #[test]
    fn the_plan_instructions_name_the_tags_that_are_cut_out() {
        for tag in ["\n<proposed_plan>\n", "\n</proposed_plan>\n"] {
            assert!(PLAN.contains(tag), "{tag}");
        }
    }
}
