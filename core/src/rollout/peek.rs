//! What a line is, seen from its first bytes.
//!
//! Whoever looks for something in a long file must not take every line apart. All writers put time, ordinal, type
//! and the kind of the payload in front, in this order; a line that has another one is taken apart after all. That
//! a line looks like something does not mean that it can be read.

use super::line::{self, Envelope, Tag};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Meta,
    ResponseItem,
    Compacted,
    TurnContext,
    TurnStarted,
    ItemCompleted,
    TokenCount,
    UndoCompleted,
    Goal,
    /// Any other event.
    Event,
    /// Of a kind that is not known.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub kind: Kind,
    pub ordinal: Option<u64>,
}

/// None for what is no line of a conversation.
pub fn peek(bytes: &[u8]) -> Option<Seen> {
    let bytes = line::trimmed(bytes);
    if bytes.is_empty() {
        return None;
    }
    at_once(bytes).or_else(|| taken_apart(bytes))
}

fn at_once(bytes: &[u8]) -> Option<Seen> {
    let rest = bytes.strip_prefix(b"{\"timestamp\":\"")?;
    let (_, rest) = split_at_quote(rest)?;
    let (ordinal, rest) = match rest.strip_prefix(b",\"ordinal\":") {
        None => (None, rest),
        Some(rest) => {
            let digits = rest.iter().position(|byte| !byte.is_ascii_digit())?;
            (Some(std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?), rest.get(digits..)?)
        }
    };
    let (kind, rest) = split_at_quote(rest.strip_prefix(b",\"type\":\"")?)?;
    let kind = std::str::from_utf8(kind).ok()?;
    let tag = match kind {
        line::EVENT_MSG => {
            let rest = rest.strip_prefix(b",\"payload\":{\"type\":\"")?;
            std::str::from_utf8(split_at_quote(rest)?.0).ok()?
        }
        _ => "",
    };
    Some(Seen { kind: Kind::of(kind, tag), ordinal })
}

/// What stands before the next quotation mark and what comes behind it. An escaped one is not expected here.
fn split_at_quote(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().take(64).position(|byte| *byte == b'"')?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

fn taken_apart(bytes: &[u8]) -> Option<Seen> {
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).ok()?;
    let tag = match envelope.kind {
        line::EVENT_MSG => serde_json::from_str::<Tag<'_>>(envelope.payload.get()).ok()?.tag,
        _ => "",
    };
    Some(Seen { kind: Kind::of(envelope.kind, tag), ordinal: envelope.ordinal })
}

impl Kind {
    fn of(kind: &str, tag: &str) -> Self {
        match (kind, tag) {
            (line::SESSION_META, _) => Self::Meta,
            (line::RESPONSE_ITEM, _) => Self::ResponseItem,
            (line::COMPACTED, _) => Self::Compacted,
            (line::TURN_CONTEXT, _) => Self::TurnContext,
            (line::EVENT_MSG, "task_started" | "turn_started") => Self::TurnStarted,
            (line::EVENT_MSG, "item_completed") => Self::ItemCompleted,
            (line::EVENT_MSG, "token_count") => Self::TokenCount,
            (line::EVENT_MSG, "undo_completed") => Self::UndoCompleted,
            (line::EVENT_MSG, "thread_goal_updated" | "thread_goal_cleared") => Self::Goal,
            (line::EVENT_MSG, _) => Self::Event,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_known_by_its_beginning_in_any_order() {
        for (text, kind, ordinal) in [
            (
                r#"{"timestamp":"t","ordinal":7,"type":"event_msg","payload":{"type":"task_started"}}"#,
                Kind::TurnStarted,
                Some(7),
            ),
            (
                r#" {"timestamp":"t","type":"event_msg","payload":{"type":"item_completed"}}"#,
                Kind::ItemCompleted,
                None,
            ),
            (
                r#"{"type":"event_msg","timestamp":"t","payload":{"x":1,"type":"token_count"},"ordinal":3}"#,
                Kind::TokenCount,
                Some(3),
            ),
            (
                r#"{"timestamp":"t","type":"event_msg","payload":{"message":"m","type":"warning"}}"#,
                Kind::Event,
                None,
            ),
            (
                r#"{"timestamp":"t","ordinal":1,"type":"response_item","payload":{"x":"#,
                Kind::ResponseItem,
                Some(1),
            ),
            (r#"{"timestamp":"t","type":"hologram","payload":{}}"#, Kind::Other, None),
        ] {
            assert_eq!(peek(text.as_bytes()), Some(Seen { kind, ordinal }), "{text}");
        }
        for text in ["", "  ", "garbage", "\0\0\0", r#"{"timestamp":"t","ordinal":1"#, "{}"] {
            assert_eq!(peek(text.as_bytes()), None, "{text}");
        }
    }
}
