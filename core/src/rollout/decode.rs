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

/// Ordinal, time and content of a line.
pub(super) fn decode(bytes: &[u8]) -> Result<(Option<u64>, i64, Content), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let envelope: Envelope<'_> =
        serde_json::from_str(text).map_err(|error| format!("it is not a line of a conversation: {error}"))?;
    let content =
        content(&envelope).map_err(|error| format!("its payload is not a {}: {error}", envelope.kind))?;
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
    let Tag { tag } = serde_json::from_str(payload.get())?;
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
    const KNOWN: [&str; 12] = [
        "UserMessage",
        "AgentMessage",
        "Reasoning",
        "Plan",
        "CommandExecution",
        "FileChange",
        "McpToolCall",
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
    match serde_json::from_str::<Tag<'_>>(payload.get()) {
        Ok(Tag { tag }) => format!("{kind} {tag}"),
        Err(_) => kind.to_owned(),
    }
}

fn parsed<T: DeserializeOwned>(payload: &RawValue) -> Result<T, serde_json::Error> {
    serde_json::from_str(payload.get())
}
