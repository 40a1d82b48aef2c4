//! One line of a file, as bytes.
//!
//! A line is encoded in two steps: an item becomes bytes where it is at hand, and gets its time and
//! number where the order is decided. It is decoded in two steps, too: first the envelope with the
//! payload as text, because many payloads are not wanted.

use codex_protocol::rollout::RolloutItem;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::error::Error;
use super::stamp;

/// Everything of a line that does not depend on its place: type, payload, end of line.
pub(super) fn push_body(out: &mut Vec<u8>, item: &RolloutItem) -> Result<(), Error> {
    let start = out.len();
    let result = match item {
        RolloutItem::SessionMeta(payload) => push(out, SESSION_META, payload),
        RolloutItem::ResponseItem(payload) => push(out, RESPONSE_ITEM, payload),
        RolloutItem::Compacted(payload) => push(out, COMPACTED, payload),
        RolloutItem::TurnContext(payload) => push(out, TURN_CONTEXT, payload),
        RolloutItem::EventMsg(payload) => push(out, EVENT_MSG, payload),
    };
    result.map_err(|(what, source)| {
        out.truncate(start);
        Error::Encode { what, source: source.into() }
    })
}

pub(super) const SESSION_META: &str = "session_meta";
pub(super) const RESPONSE_ITEM: &str = "response_item";
pub(super) const COMPACTED: &str = "compacted";
pub(super) const TURN_CONTEXT: &str = "turn_context";
pub(super) const EVENT_MSG: &str = "event_msg";

fn push(
    out: &mut Vec<u8>,
    kind: &'static str,
    payload: &impl Serialize,
) -> Result<(), (&'static str, serde_json::Error)> {
    out.extend_from_slice(b"\"type\":\"");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"\",\"payload\":");
    serde_json::to_writer(&mut *out, payload).map_err(|source| (kind, source))?;
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// The part in front of a body.
pub(super) fn push_head(out: &mut Vec<u8>, at_ms: i64, ordinal: Option<u64>) {
    out.extend_from_slice(b"{\"timestamp\":\"");
    out.extend_from_slice(stamp::timestamp(at_ms).as_bytes());
    out.extend_from_slice(b"\",");
    if let Some(ordinal) = ordinal {
        out.extend_from_slice(format!("\"ordinal\":{ordinal},").as_bytes());
    }
}

/// A line with its payload unread.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(default)]
    pub timestamp: Option<&'a str>,
    #[serde(default)]
    pub ordinal: Option<u64>,
    #[serde(rename = "type")]
    pub kind: &'a str,
    #[serde(borrow)]
    pub payload: &'a RawValue,
}

impl Envelope<'_> {
    pub fn at_ms(&self) -> i64 {
        self.timestamp.and_then(stamp::parse).unwrap_or_default()
    }
}

/// The tag of a payload, which says whether the rest is wanted.
#[derive(Deserialize)]
pub(super) struct Tag<'a> {
    #[serde(rename = "type")]
    pub tag: &'a str,
}

/// The tag of a payload. All writers put it in front; another payload is taken apart.
pub(super) fn tag_of(payload: &RawValue) -> Result<&str, serde_json::Error> {
    let in_front = payload.get().strip_prefix("{\"type\":\"").and_then(|rest| rest.split_once('"'));
    match in_front {
        Some((tag, _)) if !tag.contains('\\') => Ok(tag),
        _ => serde_json::from_str(payload.get()).map(|Tag { tag }| tag),
    }
}

/// What stands at both ends of a line and is not part of it: line ends, blanks, a byte order mark.
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii()
}

#[cfg(test)]
mod tests {
    use codex_protocol::response_item::ResponseItem;
    use codex_protocol::rollout::RolloutLine;

    use super::*;

    #[test]
    fn both_steps_together_are_a_line_of_the_format() {
        let item = RolloutItem::ResponseItem(ResponseItem::message("user", "a\nb"));
        let mut bytes = Vec::new();
        push_head(&mut bytes, 1_795_380_717_481, Some(7));
        push_body(&mut bytes, &item).unwrap();
        let line = RolloutLine { timestamp: "2026-11-22T20:51:57.481Z".into(), ordinal: Some(7), item };
        assert_eq!(String::from_utf8(bytes).unwrap(), serde_json::to_string(&line).unwrap() + "\n");
    }

    #[test]
    fn an_envelope_borrows_its_payload() {
        let text = r#"{"timestamp":"2026-11-22T20:51:57.481Z","type":"new","payload":{"type":"x","y":[1]}}"#;
        let envelope: Envelope<'_> = serde_json::from_str(text).unwrap();
        assert_eq!((envelope.kind, envelope.ordinal), ("new", None));
        let tag: Tag<'_> = serde_json::from_str(envelope.payload.get()).unwrap();
        assert_eq!(tag.tag, "x");
    }
}
