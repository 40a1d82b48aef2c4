//! Puts the pieces of a streamed response together: what the client is told, what is stored, which
//! tools are called. Pure: events in, facts out.

use codex_protocol::event::EventMsg;
use codex_protocol::events::item::{ItemCompletedEvent, ItemStartedEvent};
use codex_protocol::events::message::{
    ContentDeltaEvent, RawReasoningDeltaEvent, ReasoningDeltaEvent, ReasoningSectionBreakEvent,
};
use codex_protocol::ids::{CallId, ConversationId, ItemId, TurnId};
use codex_protocol::response_item::{
    ContentItem, MessagePhase, ReasoningContent, ReasoningSummaryPart, ResponseItem,
};
use codex_protocol::turn_item::{AgentMessageItem, ReasoningItem, TurnItem, WebSearchItem};
use serde_json::{Value, json};

use crate::model::event::ResponseEvent;

/// What follows from one piece.
#[derive(Debug, PartialEq)]
pub enum Fact {
    Emit(EventMsg),
    /// An item of the history that is whole.
    Record(ResponseItem),
    /// An item of the history that calls a tool.
    Call(ResponseItem),
}

/// The response as it grows. At most one item is open at a time.
#[derive(Debug)]
pub struct Assembler {
    thread_id: ConversationId,
    turn_id: TurnId,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    id: ItemId,
    started_at_ms: i64,
    so_far: SoFar,
}

#[derive(Debug)]
enum SoFar {
    Message { text: String, phase: Option<MessagePhase> },
    Reasoning { summary: Vec<String>, raw: Vec<String> },
    WebSearch,
}

impl Assembler {
    pub fn new(thread_id: ConversationId, turn_id: TurnId) -> Self {
        Self { thread_id, turn_id, open: None }
    }

    /// Takes one piece of output; `now` is in Unix milliseconds. Usage, limits and the end of the
    /// response are not output and are nobody's business here.
    pub fn take(&mut self, event: ResponseEvent, now: i64, facts: &mut Vec<Fact>) {
        match event {
            ResponseEvent::TextDelta(delta) => {
                let item_id = self.open_message(now, facts);
                if let Some(Open { so_far: SoFar::Message { text, .. }, .. }) = &mut self.open {
                    text.push_str(&delta);
                }
                let delta = ContentDeltaEvent { item_id, delta };
                facts.push(Fact::Emit(EventMsg::AgentMessageContentDelta(delta)));
            }
            ResponseEvent::SummaryPartAdded { summary_index } => {
                let item_id = self.open_reasoning(now, facts);
                let part = ReasoningSectionBreakEvent { item_id, summary_index };
                facts.push(Fact::Emit(EventMsg::AgentReasoningSectionBreak(part)));
            }
            ResponseEvent::SummaryDelta { summary_index, delta } => {
                let item_id = self.open_reasoning(now, facts);
                if let Some(Open { so_far: SoFar::Reasoning { summary, .. }, .. }) = &mut self.open {
                    part(summary, summary_index).push_str(&delta);
                }
                let delta = ReasoningDeltaEvent { item_id, delta, summary_index };
                facts.push(Fact::Emit(EventMsg::ReasoningContentDelta(delta)));
            }
            ResponseEvent::RawReasoningDelta { content_index, delta } => {
                let item_id = self.open_reasoning(now, facts);
                if let Some(Open { so_far: SoFar::Reasoning { raw, .. }, .. }) = &mut self.open {
                    part(raw, content_index).push_str(&delta);
                }
                let delta = RawReasoningDeltaEvent { item_id, delta, content_index };
                facts.push(Fact::Emit(EventMsg::ReasoningRawContentDelta(delta)));
            }
            ResponseEvent::ItemAdded(item) => self.added(item, now, facts),
            ResponseEvent::ItemDone(item) => self.done(item, now, facts),
            ResponseEvent::RateLimits(_) | ResponseEvent::Completed { .. } => {}
        }
    }

    /// The end of an item that will never be whole, as far as it came.
    pub fn cut_off(&mut self, now: i64) -> Option<EventMsg> {
        let Open { id, started_at_ms, so_far } = self.open.take()?;
        let item = match so_far {
            SoFar::Message { text, phase } => TurnItem::AgentMessage(AgentMessageItem::new(id, text, phase)),
            SoFar::Reasoning { summary, raw } => {
                TurnItem::Reasoning(ReasoningItem { id, summary_text: summary, raw_content: raw })
            }
            SoFar::WebSearch => begun_search(id),
        };
        Some(self.completed(item, started_at_ms, now))
    }

    fn added(&mut self, item: ResponseItem, now: i64, facts: &mut Vec<Fact>) {
        match item {
            ResponseItem::Message { id, role, phase, .. } if role == "assistant" => {
                self.begin(id, SoFar::Message { text: String::new(), phase }, now, facts);
            }
            ResponseItem::Reasoning { id, .. } => {
                self.begin(id, SoFar::Reasoning { summary: Vec::new(), raw: Vec::new() }, now, facts);
            }
            ResponseItem::WebSearchCall { id, .. } => self.begin(id, SoFar::WebSearch, now, facts),
            ResponseItem::Message { .. }
            | ResponseItem::LocalShellCall { .. }
            | ResponseItem::FunctionCall { .. }
            | ResponseItem::FunctionCallOutput { .. }
            | ResponseItem::CustomToolCall { .. }
            | ResponseItem::CustomToolCallOutput { .. }
            | ResponseItem::GhostSnapshot { .. }
            | ResponseItem::Compaction { .. }
            | ResponseItem::Other => {}
        }
    }

    fn done(&mut self, item: ResponseItem, now: i64, facts: &mut Vec<Fact>) {
        match &item {
            ResponseItem::Message { id, role, content, phase } if role == "assistant" => {
                let text: String = content.iter().filter_map(ContentItem::as_text).collect();
                let kind = SoFar::Message { text: String::new(), phase: *phase };
                let (id, started) = self.end(id.clone(), kind, now, facts);
                let message = TurnItem::AgentMessage(AgentMessageItem::new(id, text, *phase));
                facts.push(Fact::Emit(self.completed(message, started, now)));
                facts.push(Fact::Record(item));
            }
            ResponseItem::Reasoning { id, summary, content, .. } => {
                let kind = SoFar::Reasoning { summary: Vec::new(), raw: Vec::new() };
                let (id, started) = self.end(id.clone(), kind, now, facts);
                let reasoning = TurnItem::Reasoning(ReasoningItem {
                    id,
                    summary_text: summary
                        .iter()
                        .map(|ReasoningSummaryPart::SummaryText { text }| text.clone())
                        .collect(),
                    raw_content: content.iter().flatten().map(raw_text).collect(),
                });
                facts.push(Fact::Emit(self.completed(reasoning, started, now)));
                facts.push(Fact::Record(item));
            }
            ResponseItem::WebSearchCall { id, action, .. } => {
                let (id, started) = self.end(id.clone(), SoFar::WebSearch, now, facts);
                let action = action.clone().unwrap_or_else(no_action);
                let query = searched_for(&action);
                let search = TurnItem::WebSearch(WebSearchItem { id, query, action: Some(action) });
                facts.push(Fact::Emit(self.completed(search, started, now)));
                facts.push(Fact::Record(item));
            }
            ResponseItem::LocalShellCall { .. } => facts.push(Fact::Call(with_call_id(item))),
            ResponseItem::FunctionCall { .. } | ResponseItem::CustomToolCall { .. } => {
                facts.push(Fact::Call(item));
            }
            ResponseItem::Message { .. } | ResponseItem::Compaction { .. } => facts.push(Fact::Record(item)),
            ResponseItem::FunctionCallOutput { .. }
            | ResponseItem::CustomToolCallOutput { .. }
            | ResponseItem::GhostSnapshot { .. }
            | ResponseItem::Other => {}
        }
    }

    fn open_message(&mut self, now: i64, facts: &mut Vec<Fact>) -> ItemId {
        match &self.open {
            Some(Open { id, so_far: SoFar::Message { .. }, .. }) => id.clone(),
            _ => self.begin_fresh(SoFar::Message { text: String::new(), phase: None }, now, facts),
        }
    }

    fn open_reasoning(&mut self, now: i64, facts: &mut Vec<Fact>) -> ItemId {
        match &self.open {
            Some(Open { id, so_far: SoFar::Reasoning { .. }, .. }) => id.clone(),
            _ => self.begin_fresh(SoFar::Reasoning { summary: Vec::new(), raw: Vec::new() }, now, facts),
        }
    }

    fn begin_fresh(&mut self, so_far: SoFar, now: i64, facts: &mut Vec<Fact>) -> ItemId {
        self.begin(None, so_far, now, facts);
        self.open.as_ref().map_or_else(ItemId::fresh, |open| open.id.clone())
    }

    fn begin(&mut self, id: Option<String>, so_far: SoFar, now: i64, facts: &mut Vec<Fact>) {
        // A server that announces an item before it has ended the last one leaves that as it is.
        facts.extend(self.cut_off(now).map(Fact::Emit));
        let id = id.map_or_else(ItemId::fresh, ItemId::from);
        facts.push(Fact::Emit(EventMsg::ItemStarted(ItemStartedEvent {
            thread_id: self.thread_id,
            turn_id: self.turn_id.clone(),
            item: empty(id.clone(), &so_far),
            started_at_ms: Some(now),
        })));
        self.open = Some(Open { id, started_at_ms: now, so_far });
    }

    /// Closes the announced item; one that was not announced is announced now.
    fn end(&mut self, id: Option<String>, kind: SoFar, now: i64, facts: &mut Vec<Fact>) -> (ItemId, i64) {
        let announced = self.open.as_ref().is_some_and(|open| {
            std::mem::discriminant(&open.so_far) == std::mem::discriminant(&kind)
                && id.as_deref().is_none_or(|id| id == open.id.as_str() || !open.id_is_from_server())
        });
        if !announced {
            self.begin(id, kind, now, facts);
        }
        match self.open.take() {
            Some(open) => (open.id, open.started_at_ms),
            None => (ItemId::fresh(), now),
        }
    }

    fn completed(&self, item: TurnItem, started_at_ms: i64, now: i64) -> EventMsg {
        EventMsg::ItemCompleted(ItemCompletedEvent {
            thread_id: self.thread_id,
            turn_id: self.turn_id.clone(),
            item,
            started_at_ms: Some(started_at_ms),
            completed_at_ms: Some(now),
        })
    }
}

impl Open {
    fn id_is_from_server(&self) -> bool {
        uuid::Uuid::parse_str(self.id.as_str()).is_err()
    }
}

fn empty(id: ItemId, kind: &SoFar) -> TurnItem {
    match kind {
        SoFar::Message { phase, .. } => {
            TurnItem::AgentMessage(AgentMessageItem::new(id, String::new(), *phase))
        }
        SoFar::Reasoning { .. } => {
            TurnItem::Reasoning(ReasoningItem { id, summary_text: Vec::new(), raw_content: Vec::new() })
        }
        SoFar::WebSearch => begun_search(id),
    }
}

/// What is searched for is only known when it has been found.
fn begun_search(id: ItemId) -> TurnItem {
    TurnItem::WebSearch(WebSearchItem { id, query: String::new(), action: Some(no_action()) })
}

fn no_action() -> Value {
    json!({"type": "other"})
}

/// What a search of the model server did, in a few words.
fn searched_for(action: &Value) -> String {
    let text = |key: &str| action.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let queries = || action.get("queries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    match (action.get("type").and_then(Value::as_str), queries()) {
        (Some("search"), queries) => match (text("query"), queries) {
            (Some(query), _) => query.to_owned(),
            (None, [only]) => only.as_str().unwrap_or_default().to_owned(),
            (None, [first, ..]) => format!("{} ...", first.as_str().unwrap_or_default()),
            (None, []) => String::new(),
        },
        (Some("open_page"), _) => text("url").unwrap_or_default().to_owned(),
        (Some("find_in_page"), _) => match (text("pattern"), text("url")) {
            (Some(pattern), Some(url)) => format!("'{pattern}' in {url}"),
            (Some(pattern), None) => format!("'{pattern}'"),
            (None, url) => url.unwrap_or_default().to_owned(),
        },
        (Some(_) | None, _) => String::new(),
    }
}

/// The part with this index; a server's nonsense index means the last one.
fn part(parts: &mut Vec<String>, index: i64) -> &mut String {
    let index = usize::try_from(index).unwrap_or(0).min(parts.len());
    if index == parts.len() {
        parts.push(String::new());
    }
    #[allow(clippy::indexing_slicing)] // the branch above makes the index valid
    &mut parts[index]
}

/// Such a call may be known by the id of its item alone, or by none; its output needs one.
fn with_call_id(mut item: ResponseItem) -> ResponseItem {
    if let ResponseItem::LocalShellCall { id, call_id, .. } = &mut item {
        let own = || id.as_deref().map_or_else(|| uuid::Uuid::new_v4().to_string().into(), CallId::from);
        call_id.get_or_insert_with(own);
    }
    item
}

fn raw_text(content: &ReasoningContent) -> String {
    match content {
        ReasoningContent::ReasoningText { text } | ReasoningContent::Text { text } => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_shown_by_what_they_look_for() {
        for (action, expected) in [
            (json!({"type": "search", "query": "q", "queries": ["a", "b"]}), "q"),
            (json!({"type": "search", "queries": ["a"]}), "a"),
            (json!({"type": "search", "queries": ["a", "b"]}), "a ..."),
            (json!({"type": "search", "queries": 5}), ""),
            (json!({"type": "open_page", "url": "http://u"}), "http://u"),
            (json!({"type": "find_in_page", "pattern": "p", "url": "http://u"}), "'p' in http://u"),
            (json!({"type": "find_in_page", "pattern": "p"}), "'p'"),
            (json!({"type": "find_in_page", "url": "http://u"}), "http://u"),
            (json!({"type": "hologram", "query": "q"}), ""),
            (json!(null), ""),
        ] {
            assert_eq!(searched_for(&action), expected, "{action}");
        }
    }
}
