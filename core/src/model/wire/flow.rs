//! Text and reasoning as they stream on wires that do not announce their items ▶ the events of items. Pure.
//!
//! One item is open at a time, and ends when one of another kind begins. Blanks before the first word of a message
//! wait for that word, so that a message of blanks is none. What one response may say is bounded.

use codex_protocol::response_item::{ContentItem, ReasoningContent, ReasoningSummaryPart, ResponseItem};

use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::wire::Events;

/// More than any answer has.
pub const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// How reasoning is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As the model wrote it.
    Raw,
    /// As a summary of it.
    Summary,
}

#[derive(Debug, Default)]
pub struct Flow {
    open: Open,
    /// Blanks that no word has followed yet.
    blanks: String,
    size: usize,
}

#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    Message(String),
    Reasoning {
        text: String,
        shown: Shown,
        mark: Option<String>,
    },
}

impl Flow {
    /// Counts what came in, and refuses what is too much.
    pub fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.size = self.size.saturating_add(bytes);
        if self.size > LARGEST_ANSWER {
            let reason = format!("it is longer than {LARGEST_ANSWER} bytes");
            return Err(Error::Decode { reason });
        }
        Ok(())
    }

    /// More of a message.
    pub fn say(&mut self, delta: String, events: &mut Events) -> Result<(), Error> {
        self.count(delta.len())?;
        let delta = match &mut self.open {
            Open::Message(text) => {
                text.push_str(&delta);
                delta
            }
            Open::Nothing | Open::Reasoning { .. } => {
                self.blanks.push_str(&delta);
                if self.blanks.trim_ascii().is_empty() {
                    return Ok(());
                }
                self.end_item(events);
                let delta = std::mem::take(&mut self.blanks);
                self.open = Open::Message(delta.clone());
                events.push_back(ResponseEvent::ItemAdded(message(Vec::new())));
                delta
            }
        };
        events.push_back(ResponseEvent::TextDelta(delta));
        Ok(())
    }

    /// Reasoning begins, if none is open.
    pub fn begin_reasoning(&mut self, shown: Shown, events: &mut Events) {
        if matches!(self.open, Open::Reasoning { .. }) {
            return;
        }
        self.end(events);
        self.open = Open::Reasoning { text: String::new(), shown, mark: None };
        events.push_back(ResponseEvent::ItemAdded(reasoning(String::new(), shown, None)));
    }

    /// More reasoning.
    pub fn reason(&mut self, delta: String, shown: Shown, events: &mut Events) -> Result<(), Error> {
        self.count(delta.len())?;
        if delta.is_empty() {
            return Ok(());
        }
        self.begin_reasoning(shown, events);
        let Open::Reasoning { text, shown, .. } = &mut self.open else { return Ok(()) };
        let is_first = text.is_empty();
        text.push_str(&delta);
        match shown {
            Shown::Raw => events.push_back(ResponseEvent::RawReasoningDelta { content_index: 0, delta }),
            Shown::Summary => {
                if is_first {
                    events.push_back(ResponseEvent::SummaryPartAdded { summary_index: 0 });
                }
                events.push_back(ResponseEvent::SummaryDelta { summary_index: 0, delta });
            }
        }
        Ok(())
    }

    /// How the open reasoning is known again when it goes back.
    pub fn mark(&mut self, with: impl FnOnce() -> String) {
        if let Open::Reasoning { mark: mark @ None, .. } = &mut self.open {
            *mark = Some(with());
        }
    }

    /// The same, whatever was known before.
    pub fn mark_anew(&mut self, with: String) {
        if let Open::Reasoning { mark, .. } = &mut self.open {
            *mark = Some(with);
        }
    }

    pub fn is_reasoning(&self) -> bool {
        matches!(self.open, Open::Reasoning { .. })
    }

    /// Whether anything has been said or thought.
    pub fn is_untouched(&self) -> bool {
        self.size == 0
    }

    /// The open item is whole.
    pub fn end(&mut self, events: &mut Events) {
        self.blanks.clear();
        self.end_item(events);
    }

    fn end_item(&mut self, events: &mut Events) {
        let item = match std::mem::take(&mut self.open) {
            Open::Nothing => return,
            Open::Message(text) => message(vec![ContentItem::OutputText { text }]),
            Open::Reasoning { text, shown, mark } => reasoning(text, shown, mark),
        };
        events.push_back(ResponseEvent::ItemDone(item));
    }
}

fn message(content: Vec<ContentItem>) -> ResponseItem {
    ResponseItem::Message { id: None, role: "assistant".to_owned(), content, phase: None }
}

fn reasoning(text: String, shown: Shown, encrypted_content: Option<String>) -> ResponseItem {
    let (summary, content) = match shown {
        _nothing if text.is_empty() => (Vec::new(), None),
        Shown::Raw => (Vec::new(), Some(vec![ReasoningContent::ReasoningText { text }])),
        Shown::Summary => (vec![ReasoningSummaryPart::SummaryText { text }], None),
    };
    ResponseItem::Reasoning { id: None, summary, content, encrypted_content }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn items_follow_each_other_and_blanks_are_none() {
        let (mut flow, mut events) = (Flow::default(), Events::new());
        flow.say("\n".into(), &mut events).unwrap();
        flow.reason("why".into(), Shown::Raw, &mut events).unwrap();
        flow.mark(|| "m".into());
        flow.mark(|| "not again".into());
        flow.say("\n\n".into(), &mut events).unwrap();
        flow.say("so ".into(), &mut events).unwrap();
        flow.say(" ".into(), &mut events).unwrap();
        flow.reason("how".into(), Shown::Summary, &mut events).unwrap();
        flow.say(" \n".into(), &mut events).unwrap();
        flow.end(&mut events);
        let text: String = events.iter().map(|event| format!("{event:?}\n")).collect();
        expect![[r#"
            ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
            RawReasoningDelta { content_index: 0, delta: "why" }
            ItemDone(Reasoning { id: None, summary: [], content: Some([ReasoningText { text: "why" }]), encrypted_content: Some("m") })
            ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
            TextDelta("\n\nso ")
            TextDelta(" ")
            ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "\n\nso  " }], phase: None })
            ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
            SummaryPartAdded { summary_index: 0 }
            SummaryDelta { summary_index: 0, delta: "how" }
            ItemDone(Reasoning { id: None, summary: [SummaryText { text: "how" }], content: None, encrypted_content: None })
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn an_answer_without_end_is_refused() {
        let mut flow = Flow::default();
        flow.count(LARGEST_ANSWER).unwrap();
        assert!(matches!(flow.say("a".into(), &mut Events::new()), Err(Error::Decode { .. })));
    }
}
