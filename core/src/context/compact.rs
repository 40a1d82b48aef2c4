//! What remains of a history after compaction: what the user said, as far as it fits, and a summary.
//!
//! Only for stored conversations whose compaction does not say itself what remained.

use std::sync::Arc;

use codex_protocol::response_item::ResponseItem;

use crate::context::environment::is_engine_made;
use crate::context::truncate::tokens_of;

/// How much of what the user said remains; the newest first.
const KEPT_TOKENS: usize = 20_000;

/// The messages of the history that remain, and the summary in the place of everything else. The summary
/// of an earlier compaction is part of the new one.
pub fn compacted(history: &[Arc<ResponseItem>], earlier: Option<&str>, summary: &str) -> Vec<ResponseItem> {
    let mut left = KEPT_TOKENS;
    let mut kept: Vec<ResponseItem> = history
        .iter()
        .rev()
        .filter(|item| remains(item, earlier, &mut left))
        .map(|item| ResponseItem::clone(item))
        .collect();
    kept.reverse();
    kept.push(ResponseItem::message("user", summary));
    kept
}

fn remains(item: &ResponseItem, earlier: Option<&str>, left: &mut usize) -> bool {
    let ResponseItem::Message { role, content, .. } = item else { return false };
    let text: String = content.iter().filter_map(|part| part.as_text()).collect();
    match role.as_str() {
        "developer" => true,
        "user" if earlier == Some(text.as_str()) => false,
        "user" if is_engine_made(content) => true,
        "user" => {
            // What is older than something that does not fit is left out, too.
            let after = left.checked_sub(tokens_of(text.len()));
            *left = after.unwrap_or(0);
            after.is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(messages: &[(&str, &str)]) -> Vec<Arc<ResponseItem>> {
        messages.iter().map(|(role, text)| Arc::new(ResponseItem::message(role, *text))).collect()
    }

    fn after(messages: &[(&str, &str)], earlier: Option<&str>) -> Vec<String> {
        compacted(&history(messages), earlier, "new")
            .iter()
            .map(|item| match item {
                ResponseItem::Message { role, content, .. } => {
                    let text = content[0].as_text().unwrap();
                    format!("{role}: {}", text.chars().take(20).collect::<String>())
                }
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn the_beginning_and_what_the_user_said_remain() {
        let messages = [
            ("developer", "be kind"),
            ("user", "<environment_context>"),
            ("user", "one"),
            ("user", "old"),
            ("assistant", "answer"),
            ("user", "two"),
        ];
        let expected =
            ["developer: be kind", "user: <environment_context", "user: one", "user: two", "user: new"];
        assert_eq!(after(&messages, Some("old")), expected);
    }

    #[test]
    fn what_does_not_fit_goes_with_all_that_is_older() {
        let long = "x".repeat(KEPT_TOKENS * 5);
        let messages = [("user", "oldest"), ("user", long.as_str()), ("user", "newest")];
        assert_eq!(after(&messages, None), ["user: newest", "user: new"]);
    }
}
