//! What a line says.
//!
//! Only what is kept is decoded; the rest is named, so that it can be counted.

use codex_protocol::event::EventMsg;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::{RolloutItem, SessionMeta};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::line::{self, Envelope, Tag};
use super::policy;

/// What a line holds.
// There is one at a time; a box would cost more than it saves.
#[allow(clippy::large_enum_variant)]
pub(super) enum Content {
    Meta(Box<SessionMeta>),
    Item(RolloutItem),
    /// Of a kind that is not known or not kept.
    Passed(String),
}

/// Ordinal, time in Unix milliseconds, content.
pub(super) type Decoded = (Option<u64>, i64, Content);

/// Why a line cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// It is broken, or was never one.
    #[error("{0}")]
    NoLine(String),
    /// It says something that is not understood.
    #[error("{0}")]
    Foreign(String),
}

/// Ordinal, time and content of a line.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Unread> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unread::NoLine("it is not UTF-8".to_owned()))?;
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|error| {
        let what = format!("it is not a line of a conversation: {error}");
        // Whole JSON of another shape was meant to be there.
        if error.is_data() { Unread::Foreign(what) } else { Unread::NoLine(what) }
    })?;
    let content = content(&envelope)
        .map_err(|error| Unread::Foreign(format!("its payload is not a {}: {error}", envelope.kind)))?;
    Ok((envelope.ordinal, envelope.at_ms(), content))
}

fn content(envelope: &Envelope<'_>) -> Result<Content, serde_json::Error> {
    let payload = envelope.payload;
    Ok(match envelope.kind {
        line::SESSION_META => Content::Meta(parsed(payload)?),
        line::RESPONSE_ITEM => match parsed(payload)? {
            ResponseItem::Other => Content::Passed(name(envelope.kind, payload)),
            item => Content::Item(RolloutItem::ResponseItem(item)),
        },
        line::COMPACTED => Content::Item(RolloutItem::Compacted(parsed(payload)?)),
        line::TURN_CONTEXT => Content::Item(RolloutItem::TurnContext(parsed(payload)?)),
        line::EVENT_MSG => event(payload)?,
        kind => Content::Passed(kind.to_owned()),
    })
}

fn event(payload: &RawValue) -> Result<Content, serde_json::Error> {
    let tag = line::tag_of(payload)?;
    if !policy::keeps_tag(tag) {
        return Ok(Content::Passed(format!("{} {tag}", line::EVENT_MSG)));
    }
    match parsed::<EventMsg>(payload) {
        Ok(event) => Ok(Content::Item(RolloutItem::EventMsg(event))),
        Err(error) => unknown_item(payload).map(Content::Passed).ok_or(error),
    }
}

/// The kind of a completed item that is not known here.
fn unknown_item(payload: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Completed<'a> {
        #[serde(borrow)]
        item: Tag<'a>,
    }
    const KNOWN: [&str; 13] = [
        "UserMessage",
        "AgentMessage",
        "Reasoning",
        "Plan",
        "CommandExecution",
        "FileChange",
        "McpToolCall",
        "DynamicToolCall",
        "WebSearch",
        "ImageView",
        "EnteredReviewMode",
        "ExitedReviewMode",
        "ContextCompaction",
    ];
    let Completed { item: Tag { tag } } = serde_json::from_str(payload.get()).ok()?;
    (!KNOWN.contains(&tag)).then(|| format!("item {tag}"))
}

fn name(kind: &str, payload: &RawValue) -> String {
    match line::tag_of(payload) {
        Ok(tag) => format!("{kind} {tag}"),
        Err(_) => kind.to_owned(),
    }
}

fn parsed<T: DeserializeOwned>(payload: &RawValue) -> Result<T, serde_json::Error> {
    serde_json::from_str(payload.get())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::mutate;

    const LINES: [&str; 4] = [
        r#"{"timestamp":"2026-11-22T20:51:57.481Z","ordinal":0,"type":"session_meta","payload":{"id":"01a20507-a775-7583-bb12-157c0e80978f","timestamp":"","cwd":"/w","source":{"subagent":{"other":"x"}}}}"#,
        r#"{"timestamp":"2026-11-22T20:51:57.481Z","ordinal":1,"type":"response_item","payload":{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"t"}]}}"#,
        r#"{"timestamp":"2026-11-22T20:51:57.481Z","type":"event_msg","payload":{"type":"item_completed","thread_id":"01a20507-a775-7583-bb12-157c0e80978f","turn_id":"t","item":{"type":"CommandExecution","id":"c","command":[],"cwd":"file:///a%20b","status":"failed","duration":{"secs":0,"nanos":1}}}}"#,
        r#"{"timestamp":"2026-11-22T20:51:57.481Z","type":"compacted","payload":{"message":"m","replacement_history":[]}}"#,
    ];

    /// What a fuzzer runs: any bytes are a line or a reason why not.
    fn target(bytes: &[u8]) {
        if let Err(reason) = decode(line::trimmed(bytes)) {
            assert!(!reason.to_string().is_empty());
        }
    }

    #[test]
    fn whole_lines_are_decoded() {
        for line in LINES {
            assert!(decode(line.as_bytes()).is_ok(), "{line}");
        }
    }

    #[test]
    fn changed_lines_are_survived() {
        let corpus = LINES.map(|line| line.as_bytes().to_vec());
        let words = ["null", "{", "}", "[]", "\"\"", "\"type\":", "\"event_msg\"", "1e999", "\\ud800", ","];
        mutate::feed(&corpus, &words, target);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            target(&bytes);
        }

        #[test]
        fn damaged_lines_are_survived(line in 0..LINES.len(), at: prop::sample::Index, bytes: [u8; 3], cut: bool) {
            let mut damaged = LINES[line].as_bytes().to_vec();
            let at = at.index(damaged.len());
            damaged.splice(at..(at + 1), bytes);
            damaged.truncate(if cut { at } else { damaged.len() });
            target(&damaged);
        }
    }
}
