//! Data of one Responses event ▶ [`ResponseEvent`]. Pure.
//!
//! Nearly all events are text deltas: they are read in one pass into borrowed fields, and the only
//! allocation is the delta's own text. Events of unknown kinds are ignored, whatever their shape; an
//! item or an end that cannot be read is an error, because the turn would go on without a call it was
//! asked to make.

use std::borrow::Cow;

use codex_protocol::response_item::ResponseItem;
use codex_protocol::usage::TokenUsage;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::failure::{self, ErrorBody};
use crate::model::wire::Events;

/// The fields of all events that are looked at.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    summary_index: i64,
    #[serde(default)]
    content_index: i64,
    #[serde(default, borrow)]
    delta: Option<&'a RawValue>,
    #[serde(default, borrow)]
    item: Option<&'a RawValue>,
    #[serde(default, borrow)]
    response: Option<&'a RawValue>,
}

pub fn decode(data: &[u8], events: &mut Events) -> Result<(), Error> {
    let Ok(event) = serde_json::from_slice::<Event<'_>>(data) else {
        tracing::debug!(data = %String::from_utf8_lossy(data), "an event of the model that is no event");
        return Ok(());
    };
    let next = match &*event.kind {
        "response.output_text.delta" | "response.refusal.delta" => ResponseEvent::TextDelta(event.text()?),
        "response.output_item.added" => match item(event.item)? {
            item @ (ResponseItem::Message { .. }
            | ResponseItem::Reasoning { .. }
            | ResponseItem::WebSearchCall { .. }) => ResponseEvent::ItemAdded(item),
            _ => return Ok(()),
        },
        "response.output_item.done" => ResponseEvent::ItemDone(item(event.item)?),
        "response.reasoning_summary_part.added" => {
            ResponseEvent::SummaryPartAdded { summary_index: event.summary_index }
        }
        "response.reasoning_summary_text.delta" => {
            ResponseEvent::SummaryDelta { summary_index: event.summary_index, delta: event.text()? }
        }
        "response.reasoning_text.delta" => {
            ResponseEvent::RawReasoningDelta { content_index: event.content_index, delta: event.text()? }
        }
        "response.completed" => {
            let response: Response = part("response", event.response)?;
            ResponseEvent::Completed { response_id: response.id, usage: response.usage.map(TokenUsage::from) }
        }
        "response.incomplete" => {
            let response: Response = part("response", event.response)?;
            let reason = response.incomplete_details.and_then(|details| details.reason);
            return Err(Error::Incomplete {
                reason: reason.unwrap_or_else(|| "unknown".to_owned()),
                usage: response.usage.map(TokenUsage::from),
            });
        }
        "response.failed" => {
            let response: Response = part("response", event.response)?;
            return Err(failure::failed(response.error.unwrap_or_default()));
        }
        "error" => return Err(failure::failed(bare_error(data))),
        _ => return Ok(()),
    };
    events.push_back(next);
    Ok(())
}

impl Event<'_> {
    fn text(&self) -> Result<String, Error> {
        part("delta", self.delta)
    }
}

fn part<'a, T: Deserialize<'a>>(name: &str, value: Option<&'a RawValue>) -> Result<T, Error> {
    let value = value.ok_or_else(|| Error::Decode { reason: format!("an event has no `{name}`") })?;
    serde_json::from_str(value.get())
        .map_err(|error| Error::Decode { reason: format!("`{name}` of an event: {error}") })
}

fn item(value: Option<&RawValue>) -> Result<ResponseItem, Error> {
    match part("item", value) {
        Ok(item) => Ok(item),
        // Only now, because the detour costs more than the item itself.
        Err(error) => value.and_then(|value| item_with_strange_parts(value.get())).ok_or(error),
    }
}

/// A message whose content has parts of unknown kinds: refusals become text, others are left out.
fn item_with_strange_parts(text: &str) -> Option<ResponseItem> {
    let mut item: Value = serde_json::from_str(text).ok()?;
    let parts = item.get_mut("content")?.as_array_mut()?;
    for part in parts.iter_mut() {
        if let Some(refusal) = part.get("refusal").and_then(Value::as_str) {
            *part = json!({"type": "output_text", "text": refusal});
        }
    }
    parts.retain(|part| {
        let kind = part.get("type").and_then(Value::as_str);
        matches!(kind, Some("output_text" | "input_text" | "reasoning_text" | "text"))
    });
    serde_json::from_value(item).ok()
}

/// An error that is an event of its own, with its fields at the top or one level below.
fn bare_error(data: &[u8]) -> ErrorBody {
    #[derive(Deserialize)]
    struct Nested {
        error: ErrorBody,
    }
    match serde_json::from_slice::<Nested>(data) {
        Ok(nested) => nested.error,
        Err(_) => {
            let error = serde_json::from_slice::<ErrorBody>(data).unwrap_or_default();
            // The `type` at the top is the event's own.
            ErrorBody { kind: None, ..error }
        }
    }
}

/// The fields of a response object that are looked at.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Response {
    id: String,
    usage: Option<Usage>,
    error: Option<ErrorBody>,
    incomplete_details: Option<IncompleteDetails>,
}

#[derive(Deserialize)]
struct IncompleteDetails {
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Usage {
    input_tokens: i64,
    input_tokens_details: Option<InputDetails>,
    output_tokens: i64,
    output_tokens_details: Option<OutputDetails>,
    total_tokens: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct InputDetails {
    cached_tokens: i64,
    cache_write_tokens: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    reasoning_tokens: i64,
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        let input = usage.input_tokens_details.unwrap_or_default();
        let output = usage.output_tokens_details.unwrap_or_default();
        Self {
            input_tokens: usage.input_tokens,
            cached_input_tokens: input.cached_tokens,
            cache_write_input_tokens: input.cache_write_tokens,
            output_tokens: usage.output_tokens,
            reasoning_output_tokens: output.reasoning_tokens,
            total_tokens: match usage.total_tokens {
                0 => usage.input_tokens.saturating_add(usage.output_tokens),
                total => total,
            },
        }
    }
}
