//! Puts the pieces of a streamed response together: what the client is told, what is stored, which
//! tools are called. Pure: events in, facts out.
//!
//! In plan mode the plans are cut out of the messages and become items of their own. A message that is nothing but a
//! plan is no item then.

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
use crate::model::wire::mark;
use crate::tasks::plan_items::PlanItems;
use crate::tasks::plan_text::{Piece, PlanSplitter, parted};

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
    /// The plans of the turn, where they are cut out.
    plans: Option<PlanItems>,
}

#[derive(Debug)]
struct Open {
    id: ItemId,
    started_at_ms: i64,
    so_far: SoFar,
    /// Whether the client knows of it. A message that may be nothing but a plan waits for its first words.
    is_announced: bool,
}

#[derive(Debug)]
enum SoFar {
    Message { text: String, phase: Option<MessagePhase>, plans: Option<PlanSplitter> },
    Reasoning { summary: Vec<String>, raw: Vec<String> },
    WebSearch,
}

impl Assembler {
    pub fn new(thread_id: ConversationId, turn_id: TurnId, plans: Option<PlanItems>) -> Self {
        Self { thread_id, turn_id, open: None, plans }
    }

    /// The plans of the turn, for its next response.
    pub fn into_plans(self) -> Option<PlanItems> {
        self.plans
    }

    /// Takes one piece of output; `now` is in Unix milliseconds. Usage, limits and the end of the
    /// response are not output and are nobody's business here.
    pub fn take(&mut self, event: ResponseEvent, now: i64, facts: &mut Vec<Fact>) {
        match event {
            ResponseEvent::TextDelta(delta) => {
                self.open_message(now, facts);
                match self.splitter() {
                    Some(splitter) => {
                        let pieces = splitter.push(&delta);
                        self.take_pieces(pieces, now, facts);
                    }
                    None => self.say(delta, now, facts),
                }
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

    /// The end of what will never be whole, as far as it came.
    pub fn cut_off(&mut self, now: i64, facts: &mut Vec<Fact>) {
        self.end_of_text(now, facts);
        facts.extend(self.plans.as_mut().and_then(|plans| plans.cut_off(now)).map(Fact::Emit));
        let Some(Open { id, started_at_ms, so_far, is_announced }) = self.open.take() else { return };
        let item = match so_far {
            SoFar::Message { .. } if !is_announced => return,
            SoFar::Message { text, phase, .. } => {
                TurnItem::AgentMessage(AgentMessageItem::new(id, text, phase))
            }
            SoFar::Reasoning { summary, raw } => {
                TurnItem::Reasoning(ReasoningItem { id, summary_text: summary, raw_content: raw })
            }
            SoFar::WebSearch => begun_search(id),
        };
        facts.push(Fact::Emit(self.completed(item, started_at_ms, now)));
    }

    fn added(&mut self, item: ResponseItem, now: i64, facts: &mut Vec<Fact>) {
        match item {
            ResponseItem::Message { id, role, phase, .. } if role == "assistant" => {
                let message = self.message(phase);
                self.begin(id, message, now, facts);
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
                let kind = self.message(*phase);
                self.reach(id.clone(), kind, now, facts);
                self.message_is_whole(text, *phase, now, facts);
                facts.push(Fact::Record(item));
            }
            // There is nothing in it for the client.
            ResponseItem::Reasoning { encrypted_content, .. }
                if self.open.is_none() && mark::belongs_to_call(encrypted_content.as_deref()) =>
            {
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

    fn message(&self, phase: Option<MessagePhase>) -> SoFar {
        let plans = self.plans.as_ref().map(|_| PlanSplitter::default());
        SoFar::Message { text: String::new(), phase, plans }
    }

    fn open_message(&mut self, now: i64, facts: &mut Vec<Fact>) {
        if !matches!(&self.open, Some(Open { so_far: SoFar::Message { .. }, .. })) {
            let message = self.message(None);
            self.begin(None, message, now, facts);
        }
    }

    fn splitter(&mut self) -> Option<&mut PlanSplitter> {
        match &mut self.open {
            Some(Open { so_far: SoFar::Message { plans, .. }, .. }) => plans.as_mut(),
            _ => None,
        }
    }

    /// What was held back of the text of the open message is passed on.
    fn end_of_text(&mut self, now: i64, facts: &mut Vec<Fact>) {
        if let Some(splitter) = self.splitter() {
            let pieces = std::mem::take(splitter).finish();
            self.take_pieces(pieces, now, facts);
        }
    }

    fn take_pieces(&mut self, pieces: Vec<Piece>, now: i64, facts: &mut Vec<Fact>) {
        for piece in pieces {
            match (piece, &mut self.plans) {
                (Piece::Text(text), _) => self.say(text, now, facts),
                (Piece::PlanBegins, Some(plans)) => plans.begin(now, facts),
                (Piece::Plan(text), Some(plans)) => facts.extend(plans.grow(text).map(Fact::Emit)),
                (Piece::PlanBegins | Piece::Plan(_), None) => {}
            }
        }
    }

    /// More text of the open message. Blanks alone do not make it an item.
    fn say(&mut self, more: String, now: i64, facts: &mut Vec<Fact>) {
        let Some(open) = &mut self.open else { return };
        let SoFar::Message { text, phase, .. } = &mut open.so_far else { return };
        text.push_str(&more);
        let mut delta = more;
        if !open.is_announced {
            if text.trim().is_empty() {
                return;
            }
            delta.clone_from(text);
            open.is_announced = true;
            open.started_at_ms = now;
            let item = TurnItem::AgentMessage(AgentMessageItem::new(open.id.clone(), String::new(), *phase));
            let started = started(self.thread_id, self.turn_id.clone(), item, now);
            facts.push(Fact::Emit(started));
        }
        let delta = ContentDeltaEvent { item_id: open.id.clone(), delta };
        facts.push(Fact::Emit(EventMsg::AgentMessageContentDelta(delta)));
    }

    /// The open message ends with this text, and its plans with it.
    fn message_is_whole(
        &mut self,
        whole: String,
        phase: Option<MessagePhase>,
        now: i64,
        facts: &mut Vec<Fact>,
    ) {
        self.end_of_text(now, facts);
        let mut text = whole;
        if let Some(plans) = &mut self.plans {
            let parts = parted(&text);
            plans.complete_all(parts.plans, now, facts);
            text = parts.text;
        }
        let Some(open) = self.open.take() else { return };
        let has_words = self.plans.is_none() || !text.trim().is_empty();
        if !open.is_announced && !has_words {
            return;
        }
        let message = |text| TurnItem::AgentMessage(AgentMessageItem::new(open.id.clone(), text, phase));
        let mut started_at_ms = open.started_at_ms;
        if !open.is_announced {
            started_at_ms = now;
            let started = started(self.thread_id, self.turn_id.clone(), message(String::new()), now);
            facts.push(Fact::Emit(started));
        }
        facts.push(Fact::Emit(self.completed(message(text), started_at_ms, now)));
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
        self.cut_off(now, facts);
        let id = id.map_or_else(ItemId::fresh, ItemId::from);
        let is_announced = !matches!(so_far, SoFar::Message { plans: Some(_), .. });
        if is_announced {
            let item = empty(id.clone(), &so_far);
            facts.push(Fact::Emit(started(self.thread_id, self.turn_id.clone(), item, now)));
        }
        self.open = Some(Open { id, started_at_ms: now, so_far, is_announced });
    }

    /// Closes the announced item; one that was not announced is announced now.
    fn end(&mut self, id: Option<String>, kind: SoFar, now: i64, facts: &mut Vec<Fact>) -> (ItemId, i64) {
        self.reach(id, kind, now, facts);
        match self.open.take() {
            Some(open) => (open.id, open.started_at_ms),
            None => (ItemId::fresh(), now),
        }
    }

    /// Makes sure that the item is open.
    fn reach(&mut self, id: Option<String>, kind: SoFar, now: i64, facts: &mut Vec<Fact>) {
        let announced = self.open.as_ref().is_some_and(|open| {
            std::mem::discriminant(&open.so_far) == std::mem::discriminant(&kind)
                && id.as_deref().is_none_or(|id| id == open.id.as_str() || !open.id_is_from_server())
        });
        if !announced {
            self.begin(id, kind, now, facts);
        }
    }

    fn completed(&self, item: TurnItem, started_at_ms: i64, now: i64) -> EventMsg {
        completed(self.thread_id, self.turn_id.clone(), item, Times { started_at_ms, now })
    }
}

/// When an item began, and when it is complete.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub started_at_ms: i64,
    pub now: i64,
}

pub(super) fn started(thread_id: ConversationId, turn_id: TurnId, item: TurnItem, now: i64) -> EventMsg {
    EventMsg::ItemStarted(ItemStartedEvent { thread_id, turn_id, item, started_at_ms: Some(now) })
}

pub(super) fn completed(
    thread_id: ConversationId,
    turn_id: TurnId,
    item: TurnItem,
    Times { started_at_ms, now }: Times,
) -> EventMsg {
    EventMsg::ItemCompleted(ItemCompletedEvent {
        thread_id,
        turn_id,
        item,
        started_at_ms: Some(started_at_ms),
        completed_at_ms: Some(now),
    })
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
