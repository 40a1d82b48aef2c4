//! The message events of 2025, for files that are made of them.
//!
//! A reader that finds no `history_mode` in a file shows its message events and no completed items.
//! So when such a file is continued, each completed message or thought is written in both forms,
//! the item first; and when it is loaded here, the second form is left out again.

use codex_protocol::event::EventMsg;
use codex_protocol::events::message::{AgentMessageEvent, TextEvent, UserMessageEvent};
use codex_protocol::input::UserInput;
use codex_protocol::turn_item::TurnItem;

/// The same fact in the older form; empty where the older form has no word for it.
pub(super) fn twins(event: &EventMsg) -> Vec<EventMsg> {
    let EventMsg::ItemCompleted(event) = event else { return Vec::new() };
    match &event.item {
        TurnItem::UserMessage(item) => {
            let images = item.content.iter().filter_map(image).collect();
            vec![EventMsg::UserMessage(UserMessageEvent {
                message: item.content.iter().filter_map(text).collect(),
                images: Some(images),
            })]
        }
        TurnItem::AgentMessage(item) => {
            vec![EventMsg::AgentMessage(AgentMessageEvent { message: item.text() })]
        }
        TurnItem::Reasoning(item) => {
            let summary = item.summary_text.iter().map(|text| TextEvent { text: text.clone() });
            let raw = item.raw_content.iter().map(|text| TextEvent { text: text.clone() });
            summary.map(EventMsg::AgentReasoning).chain(raw.map(EventMsg::AgentReasoningRawContent)).collect()
        }
        TurnItem::Plan(_)
        | TurnItem::CommandExecution(_)
        | TurnItem::FileChange(_)
        | TurnItem::McpToolCall(_)
        | TurnItem::DynamicToolCall(_)
        | TurnItem::WebSearch(_)
        | TurnItem::ImageView(_)
        | TurnItem::EnteredReviewMode(_)
        | TurnItem::ExitedReviewMode(_)
        | TurnItem::ContextCompaction(_) => Vec::new(),
    }
}

pub(super) fn text(part: &UserInput) -> Option<&str> {
    match part {
        UserInput::Text { text, .. } => Some(text),
        UserInput::Image { .. }
        | UserInput::LocalImage { .. }
        | UserInput::Audio { .. }
        | UserInput::LocalAudio { .. }
        | UserInput::Skill { .. }
        | UserInput::Mention { .. } => None,
    }
}

fn image(part: &UserInput) -> Option<String> {
    match part {
        UserInput::Image { image_url, .. } => Some(image_url.clone()),
        UserInput::Text { .. }
        | UserInput::LocalImage { .. }
        | UserInput::Audio { .. }
        | UserInput::LocalAudio { .. }
        | UserInput::Skill { .. }
        | UserInput::Mention { .. } => None,
    }
}

/// Leaves out the second forms while a file is loaded.
#[derive(Default)]
pub(super) struct Untwin {
    expected: std::collections::VecDeque<EventMsg>,
}

impl Untwin {
    /// Whether this event only repeats the item before it.
    pub fn repeats(&mut self, event: &EventMsg) -> bool {
        if self.expected.front() == Some(event) {
            self.expected.pop_front();
            return true;
        }
        self.expected = twins(event).into();
        false
    }
}

#[cfg(test)]
mod tests {
    use codex_protocol::events::item::ItemCompletedEvent;
    use codex_protocol::ids::ConversationId;
    use codex_protocol::turn_item::{AgentMessageItem, ReasoningItem, UserMessageItem};

    use super::*;

    fn completed(item: TurnItem) -> EventMsg {
        EventMsg::ItemCompleted(ItemCompletedEvent {
            thread_id: ConversationId::new(),
            turn_id: "t".into(),
            item,
            started_at_ms: None,
            completed_at_ms: None,
        })
    }

    #[test]
    fn what_repeats_an_item_is_left_out_and_nothing_else() {
        let said = |text: &str| EventMsg::AgentMessage(AgentMessageEvent { message: text.into() });
        let item = completed(TurnItem::AgentMessage(AgentMessageItem::new("m".into(), "hi".into(), None)));
        assert_eq!(twins(&item), [said("hi")]);
        let mut untwin = Untwin::default();
        assert!(!untwin.repeats(&said("hi")), "nothing came before it");
        assert!(!untwin.repeats(&item));
        assert!(untwin.repeats(&said("hi")));
        assert!(!untwin.repeats(&said("hi")), "said twice");
        assert!(!untwin.repeats(&item));
        assert!(!untwin.repeats(&said("other")));
        assert!(!untwin.repeats(&said("hi")), "something came between");
    }

    #[test]
    fn a_user_message_and_thoughts_have_older_forms() {
        let content = vec![
            UserInput::text("a"),
            UserInput::Image { image_url: "data:x".into(), detail: None },
            UserInput::text("b"),
        ];
        let user =
            completed(TurnItem::UserMessage(UserMessageItem { id: "u".into(), client_id: None, content }));
        let expected = UserMessageEvent { message: "ab".into(), images: Some(vec!["data:x".into()]) };
        assert_eq!(twins(&user), [EventMsg::UserMessage(expected)]);

        let thought = completed(TurnItem::Reasoning(ReasoningItem {
            id: "r".into(),
            summary_text: vec!["one".into(), "two".into()],
            raw_content: vec!["raw".into()],
        }));
        assert_eq!(twins(&thought).len(), 3);
    }
}
