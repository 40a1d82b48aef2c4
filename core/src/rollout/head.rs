//! The beginning of a stored conversation, as far as a list shows it.
//!
//! Reads up to the first message of the user, and never more than a bounded part.

use std::io;
use std::path::Path;

use codex_protocol::events::goal::ThreadGoalUpdatedEvent;
use codex_protocol::events::message::UserMessageEvent;
use codex_protocol::rollout::SessionMeta;
use codex_protocol::turn_item::UserMessageItem;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::legacy;
use super::line::{self, Envelope, Tag};
use super::lines::Lines;

#[derive(Clone, Debug)]
pub(super) struct Head {
    /// Without the instructions, which are long.
    pub meta: SessionMeta,
    /// Of the first turn.
    pub model: Option<String>,
    /// What the user said first, be it a goal.
    pub preview: Option<String>,
    /// The end of the file was not reached, so that a message may still come.
    pub cut: bool,
}

const LINES: u64 = 256;
const BYTES: u64 = 4 * 1024 * 1024;

/// None if the file does not begin as a conversation does.
pub(super) fn read(path: &Path) -> io::Result<Option<Head>> {
    let mut lines = Lines::open(path)?;
    let mut head: Option<Head> = None;
    while let Some(line) = lines.next()? {
        if line.number > LINES || line.offset > BYTES {
            return Ok(head.map(|head| Head { cut: true, ..head }));
        }
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(line::trimmed(line.bytes)) else {
            continue;
        };
        let Some(head) = &mut head else {
            head = first(&envelope).map(|meta| Head {
                meta: without_instructions(meta),
                model: None,
                preview: None,
                cut: false,
            });
            continue;
        };
        match envelope.kind {
            line::TURN_CONTEXT if head.model.is_none() => head.model = model(envelope.payload),
            line::EVENT_MSG => head.preview = preview(envelope.payload),
            _ => {}
        }
        if head.preview.is_some() {
            break;
        }
    }
    Ok(head)
}

/// What a file says of its conversation, without the instructions; none if it does not begin with that.
pub(super) fn meta(path: &Path) -> io::Result<Option<SessionMeta>> {
    Ok(whole_meta(path)?.map(without_instructions))
}

/// The same with the instructions.
pub(super) fn whole_meta(path: &Path) -> io::Result<Option<SessionMeta>> {
    let mut lines = Lines::open(path)?;
    while let Some(line) = lines.next()? {
        if let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(line::trimmed(line.bytes)) {
            return Ok(first(&envelope));
        }
        if line.number > LINES {
            break;
        }
    }
    Ok(None)
}

fn first(envelope: &Envelope<'_>) -> Option<SessionMeta> {
    let known = envelope.kind == line::SESSION_META;
    known.then(|| serde_json::from_str(envelope.payload.get()).ok()).flatten()
}

fn without_instructions(meta: SessionMeta) -> SessionMeta {
    SessionMeta { base_instructions: None, instructions: None, ..meta }
}

fn model(payload: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Turn {
        model: String,
    }
    serde_json::from_str::<Turn>(payload.get()).ok().map(|turn| turn.model)
}

/// The user's words, if that is what the event holds.
fn preview(payload: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Completed<'a> {
        #[serde(borrow)]
        item: &'a RawValue,
    }
    match serde_json::from_str::<Tag<'_>>(payload.get()).ok()?.tag {
        "user_message" => {
            let event: UserMessageEvent = serde_json::from_str(payload.get()).ok()?;
            Some(shown(&event.message))
        }
        "item_completed" => {
            let Completed { item } = serde_json::from_str(payload.get()).ok()?;
            let known = serde_json::from_str::<Tag<'_>>(item.get()).ok()?.tag == "UserMessage";
            let item: UserMessageItem = known.then(|| serde_json::from_str(item.get()).ok()).flatten()?;
            Some(shown(&item.content.iter().filter_map(legacy::text).collect::<String>()))
        }
        "thread_goal_updated" => {
            let event: ThreadGoalUpdatedEvent = serde_json::from_str(payload.get()).ok()?;
            Some(shown(&event.goal.objective))
        }
        _ => None,
    }
}

fn shown(text: &str) -> String {
    match text.trim() {
        "" => "[Image]".to_owned(),
        text => text.to_owned(),
    }
}
