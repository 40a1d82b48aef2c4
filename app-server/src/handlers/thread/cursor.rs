//! Where a page of a thread's turns or items begins.
//!
//! A cursor names its thread, its list and a place in what is stored, which does not move. Clients only hand it
//! back; one of another thread or another list is refused, and so is one that points to nothing.

use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};

use crate::error::RpcError;

/// Which of the lists of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(super) enum Scope {
    Turns,
    Items,
}

/// A place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub place: u64,
    /// Whether what stands there belongs to the page.
    pub included: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Text {
    requested_thread_id: String,
    rollout_offset: u64,
    include_anchor: bool,
    scope: Scope,
}

/// A cursor as clients get it.
pub(super) fn cursor(thread: ConversationId, scope: Scope, anchor: Anchor) -> Option<String> {
    let text = Text {
        requested_thread_id: thread.to_string(),
        rollout_offset: anchor.place,
        include_anchor: anchor.included,
        scope,
    };
    serde_json::to_string(&text).ok()
}

pub(super) fn parse(text: &str, thread: ConversationId, scope: Scope) -> Result<Anchor, RpcError> {
    let parsed: Option<Text> = serde_json::from_str(text).ok();
    parsed
        .filter(|parsed| parsed.scope == scope && parsed.requested_thread_id == thread.to_string())
        .map(|parsed| Anchor { place: parsed.rollout_offset, included: parsed.include_anchor })
        .ok_or_else(|| RpcError::invalid_cursor(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_for_one_list_of_one_thread() {
        let thread = ConversationId::new();
        let anchor = Anchor { place: 7, included: true };
        let text = cursor(thread, Scope::Turns, anchor).unwrap();
        assert_eq!(parse(&text, thread, Scope::Turns).unwrap(), anchor);
        assert!(parse(&text, thread, Scope::Items).is_err());
        assert!(parse(&text, ConversationId::new(), Scope::Turns).is_err());
        let refusal = parse("x", thread, Scope::Turns).unwrap_err();
        assert_eq!(refusal.object().message, "invalid cursor: x");
    }
}
