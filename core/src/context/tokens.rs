//! Token accounting: what a response used, what it adds up to, and about how much an item is that nobody has counted.

use codex_protocol::response_item::{
    CallOutput, ContentItem, LocalShellAction, ReasoningContent, ReasoningSummaryPart, ResponseItem,
};
use codex_protocol::usage::{RateLimitSnapshot, TokenUsage, TokenUsageInfo};

use crate::context::truncate::tokens_of;

/// What a picture or a recording counts for, however large its file is.
const MEDIA_BYTES: usize = 6_000;
/// What stands around the text of an item.
const ITEM_BYTES: usize = 16;

/// The info after one more response.
pub fn after_response(info: Option<TokenUsageInfo>, used: TokenUsage, window: Option<i64>) -> TokenUsageInfo {
    let mut info = info.unwrap_or_default();
    info.total_token_usage += used;
    info.last_token_usage = used;
    info.model_context_window = window.or(info.model_context_window);
    info
}

/// The info when the server says that the window is full.
pub fn when_full(info: Option<TokenUsageInfo>, window: Option<i64>) -> TokenUsageInfo {
    let mut info = info.unwrap_or_default();
    info.model_context_window = window.or(info.model_context_window);
    if let Some(full) = info.model_context_window {
        let grown = full.saturating_sub(info.total_token_usage.total_tokens).max(0);
        info.total_token_usage = TokenUsage { total_tokens: full, ..TokenUsage::default() };
        info.last_token_usage = TokenUsage { total_tokens: grown, ..TokenUsage::default() };
    }
    info
}

/// The info when the history has been replaced by one of about so many tokens. What was used before stays used.
pub fn after_compaction(info: Option<TokenUsageInfo>, tokens: i64, window: Option<i64>) -> TokenUsageInfo {
    let mut info = info.unwrap_or_default();
    info.last_token_usage = TokenUsage { total_tokens: tokens, ..TokenUsage::default() };
    info.model_context_window = window.or(info.model_context_window);
    info
}

/// About how many tokens a text is.
pub fn of_text(text: &str) -> i64 {
    i64::try_from(tokens_of(text.len())).unwrap_or(i64::MAX)
}

/// About how many tokens an item is.
pub fn of_item(item: &ResponseItem) -> i64 {
    i64::try_from(tokens_of(bytes_of(item))).unwrap_or(i64::MAX)
}

fn bytes_of(item: &ResponseItem) -> usize {
    let bytes = match item {
        ResponseItem::Message { content, .. } => of_parts(content),
        ResponseItem::Reasoning { summary, content, encrypted_content, .. } => {
            let summary = summary.iter().map(|ReasoningSummaryPart::SummaryText { text }| text.len());
            let content = content.iter().flatten().map(|part| match part {
                ReasoningContent::ReasoningText { text } | ReasoningContent::Text { text } => text.len(),
            });
            summary.chain(content).sum::<usize>() + encrypted_content.as_ref().map_or(0, String::len)
        }
        ResponseItem::LocalShellCall { action: LocalShellAction::Exec { command, .. }, .. } => {
            command.iter().map(|word| word.len() + 1).sum()
        }
        ResponseItem::FunctionCall { name, arguments: text, .. }
        | ResponseItem::CustomToolCall { name, input: text, .. } => name.len() + text.len(),
        ResponseItem::FunctionCallOutput { output, .. }
        | ResponseItem::CustomToolCallOutput { output, .. } => match output {
            CallOutput::Text(text) => text.len(),
            CallOutput::Parts(parts) => of_parts(parts),
        },
        ResponseItem::Compaction { encrypted_content, .. } => encrypted_content.len(),
        ResponseItem::WebSearchCall { .. } => 0,
        // Are not sent.
        ResponseItem::GhostSnapshot { .. } | ResponseItem::Other => return 0,
    };
    bytes + ITEM_BYTES
}

fn of_parts(parts: &[ContentItem]) -> usize {
    let bytes = parts.iter().map(|part| match part {
        ContentItem::InputText { text } | ContentItem::OutputText { text } => text.len(),
        ContentItem::InputImage { .. } | ContentItem::InputAudio { .. } => MEDIA_BYTES,
    });
    bytes.sum()
}

/// What is known of the limits when a server has told something new; what it left out stays.
pub fn merged_limits(known: Option<RateLimitSnapshot>, new: RateLimitSnapshot) -> RateLimitSnapshot {
    let known = known.unwrap_or_default();
    RateLimitSnapshot {
        limit_id: new.limit_id.or(known.limit_id),
        limit_name: new.limit_name.or(known.limit_name),
        primary: new.primary.or(known.primary),
        secondary: new.secondary.or(known.secondary),
        credits: new.credits.or(known.credits),
        plan_type: new.plan_type.or(known.plan_type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(total: i64) -> TokenUsage {
        TokenUsage { total_tokens: total, input_tokens: total, ..TokenUsage::default() }
    }

    #[test]
    fn responses_add_up() {
        let info = after_response(None, usage(5), Some(100));
        let info = after_response(Some(info), usage(7), None);
        assert_eq!(info.total_token_usage, usage(12));
        assert_eq!(info.last_token_usage, usage(7));
        assert_eq!(info.model_context_window, Some(100));
    }

    #[test]
    fn a_full_window_is_reported_as_full() {
        let info = when_full(Some(after_response(None, usage(30), Some(100))), None);
        assert_eq!(info.total_token_usage.total_tokens, 100);
        assert_eq!(info.last_token_usage.total_tokens, 70);
    }

    #[test]
    fn missing_limits_keep_the_last_known_ones() {
        let known = RateLimitSnapshot { plan_type: Some("plus".into()), ..Default::default() };
        let merged = merged_limits(
            Some(known),
            RateLimitSnapshot { limit_id: Some("codex".into()), ..Default::default() },
        );
        assert_eq!(merged.plan_type.as_deref(), Some("plus"));
        assert_eq!(merged.limit_id.as_deref(), Some("codex"));
    }
}
