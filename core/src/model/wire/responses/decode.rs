//! Data of one Responses event ▶ [`ResponseEvent`]. Pure.
//!
//! Nearly all events are text deltas: they are read in one pass into borrowed fields, and the only
//! allocation is the delta's own text. Events of unknown kinds are ignored, whatever their shape; an
//! item or an end that cannot be read is an error, because the turn would go on without a call it was
//! asked to make.

use std::borrow::Cow;

use codex_protocol::response_item::ResponseItem;
use codex_protocol::usage::TokenUsage;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::failure::{self, ErrorBody};
use crate::model::wire::Events;
use crate::model::wire::lenient::{self, Number};

/// The fields of all events that are looked at.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    summary_index: Number,
    #[serde(default)]
    content_index: Number,
    #[serde(default, borrow)]
    delta: Option<&'a RawValue>,
    #[serde(default, borrow)]
    item: Option<&'a RawValue>,
    #[serde(default, borrow)]
    response: Option<&'a RawValue>,
}

pub fn decode(data: &[u8], events: &mut Events) -> Result<(), Error> {
    let error = match serde_json::from_slice::<Event<'_>>(data) {
        Ok(event) => return decoded(&event, data, events),
        Err(error) => error,
    };
    let repaired = lenient::repaired(data);
    if let Some(event) = repaired.as_deref().and_then(|text| serde_json::from_str::<Event<'_>>(text).ok()) {
        return decoded(&event, data, events);
    }
    if says_what_counts(data) {
        return Err(Error::Decode { reason: format!("an event is broken: {error}") });
    }
    tracing::debug!(bytes = data.len(), "an event of the model that is no event");
    Ok(())
}

/// Whether something that cannot be read seems to be an item or an end.
fn says_what_counts(data: &[u8]) -> bool {
    const KINDS: [&str; 4] =
        ["response.output_item.done", "response.completed", "response.failed", "response.incomplete"];
    let beginning = data.get(..data.len().min(256)).unwrap_or_default();
    let beginning = String::from_utf8_lossy(beginning);
    KINDS.iter().any(|kind| beginning.contains(kind))
}

fn decoded(event: &Event<'_>, data: &[u8], events: &mut Events) -> Result<(), Error> {
    let next = match &*event.kind {
        "response.output_text.delta" | "response.refusal.delta" => ResponseEvent::TextDelta(event.text()?),
        "response.output_item.added" => match item(event.item)? {
            item @ (ResponseItem::Message { .. }
            | ResponseItem::Reasoning { .. }
            | ResponseItem::WebSearchCall { .. }) => ResponseEvent::ItemAdded(item),
            _whole_when_done => return Ok(()),
        },
        "response.output_item.done" => ResponseEvent::ItemDone(item(event.item)?),
        "response.reasoning_summary_part.added" => {
            ResponseEvent::SummaryPartAdded { summary_index: event.summary_index.or_zero() }
        }
        "response.reasoning_summary_text.delta" => {
            ResponseEvent::SummaryDelta { summary_index: event.summary_index.or_zero(), delta: event.text()? }
        }
        "response.reasoning_text.delta" => ResponseEvent::RawReasoningDelta {
            content_index: event.content_index.or_zero(),
            delta: event.text()?,
        },
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
        _other_event => return Ok(()),
    };
    events.push_back(next);
    Ok(())
}

impl Event<'_> {
    fn text(&self) -> Result<String, Error> {
        match part("delta", self.delta) {
            Ok(text) => Ok(text),
            // A character that the server cut in two, half of it in each delta.
            Err(error) => self.delta.and_then(lossy).ok_or(error),
        }
    }
}

/// A JSON string with halves of characters replaced.
fn lossy(text: &RawValue) -> Option<String> {
    struct Bytes;

    impl serde::de::Visitor<'_> for Bytes {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }

    serde_json::Deserializer::from_str(text.get()).deserialize_bytes(Bytes).ok()
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
        Err(error) => {
            let repaired = value
                .map(RawValue::get)
                .and_then(|text| item_with_strange_parts(text).or_else(|| call_with_strange_fields(text)));
            repaired.ok_or(error)
        }
    }
}

/// A call whose id is only that of its item, or whose arguments are not in a string.
fn call_with_strange_fields(text: &str) -> Option<ResponseItem> {
    let mut item: Value = serde_json::from_str(text).ok()?;
    let fields = item.as_object_mut()?;
    if fields.get("call_id").is_none_or(Value::is_null) {
        let id = fields.get("id")?.clone();
        fields.insert("call_id".to_owned(), id);
    }
    if let Some(arguments) = fields.get_mut("arguments").filter(|arguments| arguments.is_object()) {
        *arguments = Value::String(arguments.to_string());
    }
    serde_json::from_value(item).ok()
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
    input_tokens: Number,
    input_tokens_details: Option<InputDetails>,
    output_tokens: Number,
    output_tokens_details: Option<OutputDetails>,
    total_tokens: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct InputDetails {
    cached_tokens: Number,
    cache_write_tokens: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    reasoning_tokens: Number,
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        let input = usage.input_tokens_details.unwrap_or_default();
        let output = usage.output_tokens_details.unwrap_or_default();
        let (read, written) = (usage.input_tokens.or_zero(), usage.output_tokens.or_zero());
        Self {
            input_tokens: read,
            cached_input_tokens: input.cached_tokens.or_zero(),
            cache_write_input_tokens: input.cache_write_tokens.or_zero(),
            output_tokens: written,
            reasoning_output_tokens: output.reasoning_tokens.or_zero(),
            total_tokens: match usage.total_tokens.or_zero() {
                0 => read.saturating_add(written),
                total => total,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::model::wire::Events;
    use crate::model::wire::testkit::data_of;

    fn read(events: &[&str]) -> String {
        let mut read = Events::new();
        let mut text = String::new();
        for event in events {
            let result = decode(event.as_bytes(), &mut read);
            text.extend(read.drain(..).map(|event| format!("{event:?}\n")));
            if let Err(error) = result {
                text += &format!("error: {error:?}\n");
            }
        }
        text
    }

    fn check(event: &str, expected: Expect) {
        expected.assert_eq(&read(&[event]));
    }

    #[test]
    fn a_recorded_answer() {
        let data = data_of(include_str!("recorded.txt"));
        expect![[r#"
            ItemAdded(Reasoning { id: Some("rs_1_0"), summary: [], content: None, encrypted_content: Some("bW9jaw==") })
            SummaryPartAdded { summary_index: 0 }
            SummaryDelta { summary_index: 0, delta: "Looking " }
            SummaryDelta { summary_index: 0, delta: "around." }
            RawReasoningDelta { content_index: 0, delta: "raw th" }
            RawReasoningDelta { content_index: 0, delta: "oughts" }
            ItemDone(Reasoning { id: Some("rs_1_0"), summary: [SummaryText { text: "Looking around." }], content: Some([ReasoningText { text: "raw thoughts" }]), encrypted_content: Some("bW9jaw==") })
            ItemAdded(Message { id: Some("msg_1_1"), role: "assistant", content: [], phase: None })
            TextDelta("Grüß")
            TextDelta("e, 世")
            TextDelta("界!")
            ItemDone(Message { id: Some("msg_1_1"), role: "assistant", content: [OutputText { text: "Grüße, 世界!" }], phase: None })
            ItemDone(FunctionCall { id: Some("fc_1_2"), name: "exec_command", namespace: None, arguments: "{\"cmd\":\"ls\"}", call_id: call_1_2 })
            ItemDone(CustomToolCall { id: Some("ctc_1_3"), call_id: call_1_3, name: "apply_patch", input: "*** Begin Patch\n*** End Patch", status: Some("completed") })
            ItemAdded(WebSearchCall { id: Some("ws_1_4"), status: Some("in_progress"), action: None })
            ItemDone(WebSearchCall { id: Some("ws_1_4"), status: Some("completed"), action: Some(Object {"type": String("search"), "query": String("x")}) })
            Completed { response_id: "resp_1", usage: Some(TokenUsage { input_tokens: 100, cached_input_tokens: 0, cache_write_input_tokens: 0, output_tokens: 20, reasoning_output_tokens: 0, total_tokens: 120 }) }
        "#]].assert_eq(&read(&data));
    }

    #[test]
    fn what_counts_is_repaired_or_an_error() {
        let call = r#"{"type":"response.output_item.done","item":{"type":"function_call","name":"f","call_id":"c","arguments":"x@"}}"#;
        let broken = call.bytes().map(|byte| if byte == b'@' { 0xff } else { byte });
        let mut events = Events::new();
        decode(&broken.collect::<Vec<_>>(), &mut events).unwrap();
        assert!(matches!(&events[0], ResponseEvent::ItemDone(_)), "{events:?}");
        check(
            r#"{"type":"response.reasoning_summary_text.delta","summary_index":"1","content_index":null,"delta":"a"}"#,
            expect![[r#"
                SummaryDelta { summary_index: 1, delta: "a" }
            "#]],
        );
        check(
            r#"{"type":"response.output_item.done","item":{"type":"function_call""#,
            expect![[r#"
                error: Decode { reason: "an event is broken: EOF while parsing an object at line 1 column 66" }
            "#]],
        );
        check(r#"{"type":"response.output_text.delta","delta""#, expect![""]);
    }

    #[test]
    fn deltas_of_all_kinds() {
        check(
            r#"{"type":"response.output_text.delta","delta":"a\n\u00e4","logprobs":[],"x":{"y":1}}"#,
            expect![[r#"
                TextDelta("a\nä")
            "#]],
        );
        check(
            r#"{"type":"response.output_text.delta","delta":"half \ud83d"}"#,
            expect![[r#"
            TextDelta("half ���")
        "#]],
        );
        check(
            r#"{"delta":"no","type":"response.refusal.delta"}"#,
            expect![[r#"
            TextDelta("no")
        "#]],
        );
        check(
            r#"{"type":"response.reasoning_summary_part.added","summary_index":1}"#,
            expect![[r#"
            SummaryPartAdded { summary_index: 1 }
        "#]],
        );
        check(
            r#"{"type":"response.reasoning_summary_text.delta","summary_index":1,"delta":"s"}"#,
            expect![[r#"
                SummaryDelta { summary_index: 1, delta: "s" }
            "#]],
        );
        check(
            r#"{"type":"response.reasoning_text.delta","content_index":2,"delta":"r"}"#,
            expect![[r#"
            RawReasoningDelta { content_index: 2, delta: "r" }
        "#]],
        );
    }

    #[test]
    fn what_is_not_known_is_ignored() {
        for event in [
            "",
            "[DONE]",
            "{",
            "null",
            r#"{"type":"response.created","response":{"id":"r"}}"#,
            r#"{"type":"response.hologram","delta":{"x":1},"item":3}"#,
            r#"{"type":"response.output_item.added","item":{"type":"function_call","name":"f","arguments":"","call_id":"c"}}"#,
            r#"{"type":"response.function_call_arguments.delta","delta":"{"}"#,
        ] {
            assert_eq!(read(&[event]), "", "{event}");
        }
    }

    #[test]
    fn items_are_read_even_with_strange_parts() {
        check(
            r#"{"type":"response.output_item.done","item":{"type":"message","id":"m","role":"assistant","content":[{"type":"refusal","refusal":"I won't."},{"type":"hologram"}]}}"#,
            expect![[r#"
                ItemDone(Message { id: Some("m"), role: "assistant", content: [OutputText { text: "I won't." }], phase: None })
            "#]],
        );
        check(
            r#"{"type":"response.output_item.done","item":{"type":"hologram"}}"#,
            expect![[r#"
            ItemDone(Other)
        "#]],
        );
    }

    #[test]
    fn calls_are_read_even_with_strange_fields() {
        check(
            r#"{"type":"response.output_item.done","item":{"type":"function_call","id":"fc_1","name":"f","arguments":{"x":1}}}"#,
            expect![[r#"
                ItemDone(FunctionCall { id: Some("fc_1"), name: "f", namespace: None, arguments: "{\"x\":1}", call_id: fc_1 })
            "#]],
        );
    }

    #[test]
    fn an_item_or_an_end_that_cannot_be_read_is_an_error() {
        check(
            r#"{"type":"response.output_item.done","item":{"type":"function_call","name":"f"}}"#,
            expect![[r#"
                error: Decode { reason: "`item` of an event: missing field `arguments`" }
            "#]],
        );
        check(
            r#"{"type":"response.output_item.done"}"#,
            expect![[r#"
            error: Decode { reason: "an event has no `item`" }
        "#]],
        );
        check(
            r#"{"type":"response.output_text.delta","delta":7}"#,
            expect![[r#"
            error: Decode { reason: "`delta` of an event: invalid type: integer `7`, expected a string at line 1 column 1" }
        "#]],
        );
    }

    #[test]
    fn ends_of_all_kinds() {
        check(
            r#"{"type":"response.completed","response":{"id":"r","usage":null}}"#,
            expect![[r#"
            Completed { response_id: "r", usage: None }
        "#]],
        );
        check(
            r#"{"type":"response.completed","response":{"id":"r","usage":{"input_tokens":"10","input_tokens_details":{"cached_tokens":3},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2}}}}"#,
            expect![[r#"
                Completed { response_id: "r", usage: Some(TokenUsage { input_tokens: 10, cached_input_tokens: 3, cache_write_input_tokens: 0, output_tokens: 5, reasoning_output_tokens: 2, total_tokens: 15 }) }
            "#]],
        );
        check(
            r#"{"type":"response.incomplete","response":{"id":"r","incomplete_details":{"reason":"content_filter"}}}"#,
            expect![[r#"
                error: Incomplete { reason: "content_filter", usage: None }
            "#]],
        );
        check(
            r#"{"type":"response.failed","response":{"error":{"code":"context_length_exceeded","message":"m"}}}"#,
            expect![[r#"
                error: ContextWindowExceeded
            "#]],
        );
        check(
            r#"{"type":"response.failed","response":{"error":null}}"#,
            expect![[r#"
            error: Failed { code: None, message: "no reason given" }
        "#]],
        );
        check(
            r#"{"type":"error","code":"slow_down","message":"try again in 2s"}"#,
            expect![[r#"
            error: RateLimited { status: None, message: "try again in 2s", retry_after: Some(2s) }
        "#]],
        );
        check(
            r#"{"type":"error","error":{"type":"server_error","message":"m"}}"#,
            expect![[r#"
            error: Failed { code: Some("server_error"), message: "m" }
        "#]],
        );
    }
}
