//! Data of one Messages event ▶ [`ResponseEvent`]. Pure.
//!
//! Blocks become items when they end. A call whose arguments are not whole waits for the reason to stop: if the model
//! ran out of tokens it is not made. Signatures and redacted thoughts are kept with the reasoning, because the server
//! wants them back.

use codex_protocol::response_item::ResponseItem;
use codex_protocol::usage::TokenUsage;
use serde::Deserialize;
use serde_json::Value;

use crate::base::text::head;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::failure::{self, ErrorBody};
use crate::model::wire::Events;
use crate::model::wire::flow::{Flow, Shown};
use crate::model::wire::lenient::{self, Json, Number, Text};
use crate::model::wire::lowered::{self, Calls};
use crate::model::wire::mark::{self, Kind};

const EXCERPT: usize = 200;
/// More than any answer makes.
const MOST_CALLS: usize = 1024;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event {
    #[serde(rename = "type")]
    kind: EventKind,
    index: Number,
    message: Option<Message>,
    content_block: Option<Block>,
    delta: Option<Delta>,
    usage: Option<Usage>,
    error: Option<Value>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EventKind {
    MessageStart,
    ContentBlockStart,
    ContentBlockDelta,
    ContentBlockStop,
    MessageDelta,
    MessageStop,
    Error,
    #[default]
    #[serde(other)]
    Other,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    id: Text,
    usage: Option<Usage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Block {
    #[serde(rename = "type")]
    kind: Text,
    text: Text,
    thinking: Text,
    signature: Text,
    data: Text,
    id: Text,
    name: Text,
    input: Json,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Delta {
    text: Text,
    thinking: Text,
    signature: Text,
    partial_json: Json,
    stop_reason: Text,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    input_tokens: Number,
    cache_read_input_tokens: Number,
    cache_creation_input_tokens: Number,
    output_tokens: Number,
}

impl Usage {
    /// Counts only grow, and each place has those it knows.
    fn add(&mut self, other: Self) {
        let most = |a: Number, b: Number| Number(Some(a.or_zero().max(b.or_zero())));
        *self = Self {
            input_tokens: most(self.input_tokens, other.input_tokens),
            cache_read_input_tokens: most(self.cache_read_input_tokens, other.cache_read_input_tokens),
            cache_creation_input_tokens: most(
                self.cache_creation_input_tokens,
                other.cache_creation_input_tokens,
            ),
            output_tokens: most(self.output_tokens, other.output_tokens),
        };
    }
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        let (read, written) =
            (usage.cache_read_input_tokens.or_zero(), usage.cache_creation_input_tokens.or_zero());
        let (input, output) = (usage.input_tokens.or_zero(), usage.output_tokens.or_zero());
        // The server counts the cached parts apart.
        let input = input.saturating_add(read).saturating_add(written);
        Self {
            input_tokens: input,
            cached_input_tokens: read,
            cache_write_input_tokens: written,
            output_tokens: output,
            reasoning_output_tokens: 0,
            total_tokens: input.saturating_add(output),
        }
    }
}

#[derive(Debug)]
pub struct AnthropicDecoder {
    response_id: String,
    flow: Flow,
    signature: String,
    uses: Vec<ToolUse>,
    calls: Calls,
    usage: Option<Usage>,
    stop_reason: Option<String>,
    has_ended: bool,
}

/// A call that is being written.
#[derive(Debug)]
struct ToolUse {
    index: i64,
    id: String,
    name: String,
    /// What it began with; counts if nothing follows.
    input: String,
    arguments: String,
}

impl AnthropicDecoder {
    pub fn new(calls: Calls) -> Self {
        Self {
            response_id: String::new(),
            flow: Flow::default(),
            signature: String::new(),
            uses: Vec::new(),
            calls,
            usage: None,
            stop_reason: None,
            has_ended: false,
        }
    }

    pub fn decode(&mut self, data: &[u8], events: &mut Events) -> Result<(), Error> {
        let data = data.trim_ascii();
        if self.has_ended {
            return Ok(());
        }
        if !data.starts_with(b"{") {
            tracing::debug!(bytes = data.len(), "an event of the model that is no event");
            return Ok(());
        }
        let result = self.take(data, events);
        self.has_ended |= result.is_err();
        result
    }

    /// The stream is over.
    pub fn finish(&mut self, events: &mut Events) -> Result<(), Error> {
        if self.has_ended || self.stop_reason.is_none() { Ok(()) } else { self.end(events) }
    }

    fn take(&mut self, data: &[u8], events: &mut Events) -> Result<(), Error> {
        let Some(event) = read(data)? else { return Ok(()) };
        if let Some(usage) = event.usage {
            self.usage.get_or_insert_default().add(usage);
        }
        let index = event.index.0.unwrap_or_default();
        match event.kind {
            EventKind::MessageStart => {
                let message = event.message.unwrap_or_default();
                self.response_id = message.id.0;
                if let Some(usage) = message.usage {
                    self.usage.get_or_insert_default().add(usage);
                }
            }
            EventKind::ContentBlockStart => {
                self.begin(index, event.content_block.unwrap_or_default(), events)?
            }
            EventKind::ContentBlockDelta => self.delta(index, event.delta.unwrap_or_default(), events)?,
            EventKind::ContentBlockStop => match self.uses.iter().position(|tool| tool.index == index) {
                Some(at) => self.end_use(at, events),
                None => self.end_text(events),
            },
            EventKind::MessageDelta => {
                let reason = event.delta.unwrap_or_default().stop_reason.0;
                if !reason.is_empty() {
                    self.stop_reason = Some(reason);
                }
            }
            EventKind::MessageStop => self.end(events)?,
            EventKind::Error => return Err(failure::failed(body(event.error))),
            EventKind::Other => {
                if event.error.as_ref().is_some_and(|error| !error.is_null()) {
                    return Err(failure::failed(body(event.error)));
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self, index: i64, block: Block, events: &mut Events) -> Result<(), Error> {
        self.end_text(events);
        match block.kind.0.as_str() {
            "text" => self.say(block.text.0, events)?,
            "thinking" => {
                self.flow.begin_reasoning(Shown::Summary, events);
                self.flow.reason(block.thinking.0, Shown::Summary, events)?;
                self.signature = block.signature.0;
            }
            "redacted_thinking" => {
                self.flow.count(block.data.0.len())?;
                let mark = mark::write(Kind::Redacted, self.calls.provider(), &block.data.0);
                events.push_back(ResponseEvent::ItemDone(ResponseItem::Reasoning {
                    id: None,
                    summary: Vec::new(),
                    content: None,
                    encrypted_content: Some(mark),
                }));
            }
            "tool_use" => {
                if self.uses.len() == MOST_CALLS {
                    return Err(Error::Decode {
                        reason: format!("it has more than {MOST_CALLS} tool calls"),
                    });
                }
                self.flow.count(block.input.0.len())?;
                self.uses.push(ToolUse {
                    index,
                    id: block.id.0,
                    name: block.name.0,
                    input: block.input.0,
                    arguments: String::new(),
                });
            }
            other => tracing::debug!(other, "a block of an unknown kind is left out"),
        }
        Ok(())
    }

    fn delta(&mut self, index: i64, delta: Delta, events: &mut Events) -> Result<(), Error> {
        if !delta.thinking.0.is_empty() {
            self.flow.reason(delta.thinking.0, Shown::Summary, events)?;
        }
        if !delta.signature.0.is_empty() {
            self.flow.count(delta.signature.0.len())?;
            self.signature += &delta.signature.0;
        }
        if !delta.text.0.is_empty() {
            self.say(delta.text.0, events)?;
        }
        if !delta.partial_json.0.is_empty() {
            self.flow.count(delta.partial_json.0.len())?;
            // A block of another kind may stream JSON as well.
            if let Some(tool) = self.uses.iter_mut().rfind(|tool| tool.index == index) {
                tool.arguments += &delta.partial_json.0;
            }
        }
        Ok(())
    }

    fn say(&mut self, text: String, events: &mut Events) -> Result<(), Error> {
        if self.flow.is_reasoning() {
            self.end_text(events);
        }
        self.flow.say(text, events)
    }

    /// The open message or thought is whole.
    fn end_text(&mut self, events: &mut Events) {
        let signature = std::mem::take(&mut self.signature);
        self.flow.mark(|| mark::write(Kind::Thinking, self.calls.provider(), &signature));
        self.flow.end(events);
    }

    fn end_use(&mut self, at: usize, events: &mut Events) {
        let is_whole = self.uses.get(at).is_some_and(|tool| lowered::is_object(tool.written()));
        if is_whole {
            let tool = self.uses.remove(at);
            events.push_back(ResponseEvent::ItemDone(tool.into_call(&mut self.calls)));
        }
    }

    fn end(&mut self, events: &mut Events) -> Result<(), Error> {
        self.has_ended = true;
        self.end_text(events);
        let incomplete = |reason: &str| Error::Incomplete {
            reason: reason.to_owned(),
            usage: self.usage.map(TokenUsage::from),
        };
        match self.stop_reason.as_deref() {
            Some("max_tokens") => return Err(incomplete("max_output_tokens")),
            Some("refusal") => return Err(incomplete("refusal")),
            Some("model_context_window_exceeded") => return Err(Error::ContextWindowExceeded),
            Some(_) | None => {}
        }
        for tool in std::mem::take(&mut self.uses) {
            events.push_back(ResponseEvent::ItemDone(tool.into_call(&mut self.calls)));
        }
        let response_id = std::mem::take(&mut self.response_id);
        events.push_back(ResponseEvent::Completed { response_id, usage: self.usage.map(TokenUsage::from) });
        Ok(())
    }
}

impl ToolUse {
    fn written(&self) -> &str {
        if self.arguments.is_empty() { &self.input } else { &self.arguments }
    }

    fn into_call(self, calls: &mut Calls) -> ResponseItem {
        let arguments = if self.arguments.is_empty() { self.input } else { self.arguments };
        calls.item(self.id, self.name, arguments)
    }
}

/// An event; none if it is of an unknown kind, whatever else is in it.
fn read(data: &[u8]) -> Result<Option<Event>, Error> {
    #[derive(Deserialize)]
    struct AnyEvent {
        #[serde(rename = "type")]
        kind: EventKind,
    }
    let error = match lenient::read(data) {
        Ok(event) => return Ok(Some(event)),
        Err(error) => error,
    };
    if let Ok(AnyEvent { kind: EventKind::Other }) = lenient::read(data) {
        return Ok(None);
    }
    let data = String::from_utf8_lossy(data);
    Err(Error::Decode { reason: format!("an event of it: {error}: {}", head(&data, EXCERPT)) })
}

fn body(error: Option<Value>) -> ErrorBody {
    match error {
        Some(Value::String(message)) => ErrorBody::of(&message),
        Some(error) => serde_json::from_value(error).unwrap_or_default(),
        None => ErrorBody::default(),
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
