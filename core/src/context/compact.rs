//! What remains of a history after compaction: how it begins, what the user said, as far as it fits, and a summary.
//!
//! Whatever is long and was not written by the user goes: outputs of tools, reasoning, images. A picture that came
//! inside of a message is named in its place, because the history is stored with each compaction and would repeat it.

use std::sync::Arc;

use codex_protocol::response_item::{CallOutput, ContentItem, ResponseItem};

use crate::base::text::middle_cut;
use crate::context::environment::{SUMMARY_CLOSE, SUMMARY_OPEN, is_engine_made};
use crate::context::normalize::normalized;
use crate::context::tokens;
use crate::context::truncate::{BYTES_PER_TOKEN, OutputLimit, tokens_of};

/// What asks the model for the summary.
pub const PROMPT: &str = include_str!("prompts/compact.md");
/// How much of what the user said remains; the newest first.
const KEPT_TOKENS: usize = 20_000;
/// Of a small window that would be too much: no more than one part of this many.
const PART_OF_WINDOW: usize = 4;
/// What the model reads before the summary.
const INTRODUCTION: &str = "What was said and done up to here has been summed up to make room. This note takes its \
                            place; the messages before it are the user's own. Take up the work where the note leaves \
                            it, and do not do again what it says is done.";

/// A history, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    pub history: &'a [Arc<ResponseItem>],
    /// The last summary, which the history may contain as a message of the user.
    pub earlier: Option<&'a str>,
}

impl Before<'_> {
    /// The items that take the place of the history. `window` is that of the model, in tokens.
    pub fn after(
        self,
        beginning: Vec<ResponseItem>,
        summary: &str,
        window: Option<i64>,
    ) -> Vec<ResponseItem> {
        let window = window.and_then(|tokens| usize::try_from(tokens).ok());
        let mut left = window.map_or(KEPT_TOKENS, |tokens| KEPT_TOKENS.min(tokens / PART_OF_WINDOW));
        let mut kept = Vec::new();
        for content in self.history.iter().rev().filter_map(|item| self.users_own(item)) {
            if left == 0 {
                break;
            }
            kept.push(fitted(content, &mut left));
        }
        kept.reverse();
        let mut items = beginning;
        items.extend(kept);
        items.push(framed(summary));
        // They are not for the model, and undo still needs them.
        let snapshots =
            self.history.iter().filter(|item| matches!(***item, ResponseItem::GhostSnapshot { .. }));
        items.extend(snapshots.map(|item| ResponseItem::clone(item)));
        items
    }

    /// Whether compaction would leave out more than it adds: without an answer of the model there is nothing to sum up.
    pub fn is_worth_it(self) -> bool {
        self.history.iter().any(|item| match &**item {
            ResponseItem::Message { role, .. } => role == "assistant",
            ResponseItem::GhostSnapshot { .. } | ResponseItem::Other => false,
            ResponseItem::Reasoning { .. }
            | ResponseItem::LocalShellCall { .. }
            | ResponseItem::FunctionCall { .. }
            | ResponseItem::FunctionCallOutput { .. }
            | ResponseItem::CustomToolCall { .. }
            | ResponseItem::CustomToolCallOutput { .. }
            | ResponseItem::WebSearchCall { .. }
            | ResponseItem::Compaction { .. } => true,
        })
    }

    /// The content of a message that the user wrote.
    fn users_own<'a>(&self, item: &'a ResponseItem) -> Option<&'a [ContentItem]> {
        let ResponseItem::Message { role, content, .. } = item else { return None };
        let is_own = role == "user" && !is_engine_made(content) && !self.is_earlier_summary(content);
        is_own.then_some(content)
    }

    fn is_earlier_summary(&self, content: &[ContentItem]) -> bool {
        // In conversations of other programs it may stand in a frame that is not known here.
        let earlier = self.earlier.filter(|summary| !summary.is_empty());
        earlier.is_some_and(|summary| text_of(content).ends_with(summary))
    }
}

/// The messages of a stored history that remain where its compaction does not say so itself, and the summary in the
/// place of everything else. The summary of an earlier compaction is part of the new one.
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
    let ResponseItem::Message { role, content, .. } = item else {
        return matches!(item, ResponseItem::GhostSnapshot { .. });
    };
    let text = text_of(content);
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

fn text_of(content: &[ContentItem]) -> String {
    content.iter().filter_map(ContentItem::as_text).collect()
}

/// A message of the user, as much of it as still fits.
fn fitted(content: &[ContentItem], left: &mut usize) -> ResponseItem {
    let mut parts = Vec::new();
    for part in content.iter().map(without_data) {
        if *left == 0 {
            break;
        }
        parts.push(match part {
            ContentItem::InputText { text } | ContentItem::OutputText { text } => {
                ContentItem::InputText { text: cut(text, left) }
            }
            ContentItem::InputImage { image_url: ref url, .. }
            | ContentItem::InputAudio { audio_url: ref url } => {
                *left = left.saturating_sub(tokens_of(url.len()));
                part
            }
        });
    }
    ResponseItem::Message { id: None, role: "user".into(), content: parts, phase: None }
}

/// A part that only says where something is remains; one that holds it does not.
fn without_data(part: &ContentItem) -> ContentItem {
    let text = |text: &str| ContentItem::InputText { text: text.to_owned() };
    match part {
        ContentItem::InputImage { image_url, .. } if is_data(image_url) => {
            text("[an image that was shown before]")
        }
        ContentItem::InputAudio { audio_url } if is_data(audio_url) => {
            text("[a recording that was heard before]")
        }
        other => other.clone(),
    }
}

fn is_data(url: &str) -> bool {
    url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

fn cut(text: String, left: &mut usize) -> String {
    let needed = tokens_of(text.len());
    if needed <= *left {
        *left -= needed;
        return text;
    }
    let bytes = left.saturating_mul(BYTES_PER_TOKEN);
    *left = 0;
    middle_cut(&text, bytes, |missing| format!("…{} tokens truncated…", tokens_of(missing)))
}

/// The summary, as the model is shown it.
fn framed(summary: &str) -> ResponseItem {
    let summary = summary.trim();
    ResponseItem::message("user", format!("{SUMMARY_OPEN}\n{INTRODUCTION}\n\n{summary}\n{SUMMARY_CLOSE}"))
}

/// The same items with long outputs cut and without what a message only shows: enough to sum them up, when the whole is
/// more than the model can read.
pub fn slimmed(items: &[Arc<ResponseItem>]) -> Vec<Arc<ResponseItem>> {
    items.iter().filter_map(slim).collect()
}

/// How much of one output a slimmed history shows.
const SLIM_OUTPUT: OutputLimit = OutputLimit::tokens(500);

fn slim(item: &Arc<ResponseItem>) -> Option<Arc<ResponseItem>> {
    let output = |output: &CallOutput| CallOutput::Text(SLIM_OUTPUT.cut(output.text()));
    Some(Arc::new(match &**item {
        ResponseItem::FunctionCallOutput { call_id, output: shown } => {
            ResponseItem::FunctionCallOutput { call_id: call_id.clone(), output: output(shown) }
        }
        ResponseItem::CustomToolCallOutput { call_id, output: shown } => {
            ResponseItem::CustomToolCallOutput { call_id: call_id.clone(), output: output(shown) }
        }
        ResponseItem::Message { id, role, content, phase } => ResponseItem::Message {
            id: id.clone(),
            role: role.clone(),
            content: content.iter().map(without_data).collect(),
            phase: *phase,
        },
        ResponseItem::Reasoning { .. } => return None,
        ResponseItem::LocalShellCall { .. }
        | ResponseItem::FunctionCall { .. }
        | ResponseItem::CustomToolCall { .. }
        | ResponseItem::WebSearchCall { .. }
        | ResponseItem::GhostSnapshot { .. }
        | ResponseItem::Compaction { .. }
        | ResponseItem::Other => return Some(Arc::clone(item)),
    }))
}

/// The newest of these items that are together at most so large, in estimated tokens. The beginning of the
/// conversation goes first.
pub fn newest(items: &[Arc<ResponseItem>], most: i64) -> Vec<Arc<ResponseItem>> {
    let mut left = most;
    let fitting = items.iter().rev().take_while(|item| {
        left -= tokens::of_item(item);
        left >= 0
    });
    let count = fitting.count();
    normalized(items.get(items.len() - count..).unwrap_or_default())
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

    fn remaining(history: &[Arc<ResponseItem>], earlier: Option<&str>, window: Option<i64>) -> Vec<String> {
        let beginning = vec![ResponseItem::message("developer", "be kind")];
        let items = Before { history, earlier }.after(beginning, " new ", window);
        let shown = items.iter().map(|item| match item {
            ResponseItem::Message { role, content, .. } => format!("{role}: {}", text_of(content)),
            other => format!("{other:?}"),
        });
        shown.collect()
    }

    #[test]
    fn what_the_user_said_and_the_summary_remain() {
        let items = history(&[
            ("user", "<environment_context>"),
            ("user", "one"),
            ("user", "framed by another program: old"),
            ("user", "<conversation_summary>\nolder"),
            ("user", "<user_shell_command>"),
            ("assistant", "answer"),
            ("user", "two"),
        ]);
        let after = remaining(&items, Some("old"), None);
        assert_eq!(after[..3], ["developer: be kind", "user: one", "user: two"]);
        let summary = after[3].strip_prefix("user: <conversation_summary>\n").unwrap();
        assert!(summary.ends_with("\n\nnew\n</conversation_summary>"), "{summary}");
        assert_eq!(after.len(), 4);
    }

    #[test]
    fn the_newest_messages_remain_and_the_first_that_does_not_fit_is_cut() {
        let long = format!("{}{}", "a".repeat(KEPT_TOKENS * 4), "z".repeat(KEPT_TOKENS * 4));
        let items = history(&[("user", "oldest"), ("user", &long), ("user", "newest")]);
        let after = remaining(&items, None, None);
        assert_eq!((after.len(), after[2].as_str()), (4, "user: newest"));
        assert!(after[1].len() < KEPT_TOKENS * 4 + 100, "{}", after[1].len());
        assert!(after[1].starts_with("user: aaa") && after[1].ends_with("zzz"));
        assert!(after[1].contains("tokens truncated"));
        // Of a small window only a part is for what the user said.
        let after = remaining(&items, None, Some(400));
        assert!(after[1].len() < 500, "{}", after[1].len());
    }

    #[test]
    fn pictures_are_named_and_links_remain() {
        let image = |url: &str| ContentItem::InputImage { image_url: url.into(), detail: None };
        let text = ContentItem::InputText { text: "look".into() };
        let content = vec![image("DATA:image/png;base64,AAAA"), image("https://example.com/a.png"), text];
        let item = ResponseItem::Message { id: None, role: "user".into(), content, phase: None };
        let items = [Arc::new(item)];
        let after = Before { history: &items, earlier: None }.after(Vec::new(), "s", None);
        let ResponseItem::Message { content, .. } = &after[0] else { panic!() };
        assert_eq!(content[1], image("https://example.com/a.png"));
        assert_eq!(text_of(content), "[an image that was shown before]look");
    }

    #[test]
    fn without_an_answer_there_is_nothing_to_sum_up() {
        let worth = |items: &[(&str, &str)]| Before { history: &history(items), earlier: None }.is_worth_it();
        assert!(!worth(&[("developer", "be kind"), ("user", "one")]));
        assert!(worth(&[("user", "one"), ("assistant", "answer")]));
    }

    #[test]
    fn the_newest_items_are_well_formed() {
        let call = ResponseItem::FunctionCall {
            id: None,
            name: "t".into(),
            namespace: None,
            arguments: "x".repeat(400),
            call_id: "c".into(),
        };
        let output = ResponseItem::FunctionCallOutput {
            call_id: "c".into(),
            output: CallOutput::Text("y".repeat(10_000)),
        };
        let mut items = history(&[("user", "one")]);
        items.extend([Arc::new(call), Arc::new(output)]);
        items.extend(history(&[("assistant", "answer")]));
        let slim = slimmed(&items);
        assert_eq!(slim.len(), 4);
        let size: i64 = slim.iter().map(|item| tokens::of_item(item)).sum();
        assert!(size < 1_000, "{size}");
        // The output alone would be one without its call.
        assert_eq!(newest(&slim, 560).len(), 1);
        assert_eq!(newest(&slim, 0).len(), 0);
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
