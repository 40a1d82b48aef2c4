//! The conversation as the model sees it: ordered items, shared and never changed.
//!
//! Items are kept behind `Arc`, so that a prompt is a cheap copy of the list. What a tool gives back
//! is cut to its limit when it is added; nothing else is altered here.

use std::sync::Arc;

use codex_protocol::response_item::{CallOutput, ContentItem, ResponseItem};

use crate::context::normalize::normalized;
use crate::context::tokens;
use crate::context::truncate::OutputLimit;

#[derive(Clone, Debug, Default)]
pub struct ContextManager {
    items: Vec<Arc<ResponseItem>>,
}

impl ContextManager {
    /// Adds an item; kinds that are never sent are left out.
    pub fn push(&mut self, item: ResponseItem, limit: OutputLimit) {
        if is_kept(&item) {
            self.items.push(Arc::new(limited(item, limit)));
        }
    }

    /// Puts other items in the place of all that were there.
    pub fn replace(&mut self, items: Vec<ResponseItem>) {
        self.items = items.into_iter().filter(is_kept).map(Arc::new).collect();
    }

    /// The last snapshot of files that was not undone.
    pub fn newest_snapshot(&self) -> Option<&serde_json::Value> {
        self.items.iter().rev().find_map(|item| match item.as_ref() {
            ResponseItem::GhostSnapshot { ghost_commit } => Some(ghost_commit),
            _ => None,
        })
    }

    /// Forgets that snapshot.
    pub fn drop_newest_snapshot(&mut self) {
        let is_snapshot = |item: &Arc<ResponseItem>| matches!(**item, ResponseItem::GhostSnapshot { .. });
        if let Some(index) = self.items.iter().rposition(is_snapshot) {
            self.items.remove(index);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn items(&self) -> &[Arc<ResponseItem>] {
        &self.items
    }

    /// About how many tokens all of them are.
    pub fn tokens(&self) -> i64 {
        self.items.iter().map(|item| tokens::of_item(item)).fold(0, i64::saturating_add)
    }

    /// What a request shows: every call with an output, no output without a call.
    pub fn for_prompt(&self) -> Vec<Arc<ResponseItem>> {
        normalized(&self.items)
    }
}

fn is_kept(item: &ResponseItem) -> bool {
    match item {
        ResponseItem::Other => false,
        ResponseItem::Message { role, .. } => role != "system",
        ResponseItem::Reasoning { .. }
        | ResponseItem::LocalShellCall { .. }
        | ResponseItem::FunctionCall { .. }
        | ResponseItem::FunctionCallOutput { .. }
        | ResponseItem::CustomToolCall { .. }
        | ResponseItem::CustomToolCallOutput { .. }
        | ResponseItem::WebSearchCall { .. }
        | ResponseItem::GhostSnapshot { .. }
        | ResponseItem::Compaction { .. } => true,
    }
}

fn limited(item: ResponseItem, limit: OutputLimit) -> ResponseItem {
    match item {
        ResponseItem::FunctionCallOutput { call_id, output } => {
            ResponseItem::FunctionCallOutput { call_id, output: limited_output(output, limit) }
        }
        ResponseItem::CustomToolCallOutput { call_id, output } => {
            ResponseItem::CustomToolCallOutput { call_id, output: limited_output(output, limit) }
        }
        other => other,
    }
}

fn limited_output(output: CallOutput, limit: OutputLimit) -> CallOutput {
    match output {
        CallOutput::Text(text) => CallOutput::Text(limit.cut(text)),
        CallOutput::Parts(parts) => CallOutput::Parts(
            parts
                .into_iter()
                .map(|part| match part {
                    ContentItem::InputText { text } => ContentItem::InputText { text: limit.cut(text) },
                    other => other,
                })
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_cut_when_they_are_added() {
        let mut history = ContextManager::default();
        let output = ResponseItem::FunctionCallOutput {
            call_id: "c".into(),
            output: CallOutput::Text("x".repeat(10_000)),
        };
        history.push(output, OutputLimit::tokens(100));
        let ResponseItem::FunctionCallOutput { output, .. } = history.items()[0].as_ref() else { panic!() };
        assert!(output.text().len() < 1_000, "{}", output.text().len());
        assert!(output.text().contains("truncated"));
    }

    #[test]
    fn unknown_items_and_system_messages_are_left_out() {
        let mut history = ContextManager::default();
        history.push(ResponseItem::Other, OutputLimit::default());
        history.push(ResponseItem::message("system", "x"), OutputLimit::default());
        assert!(history.is_empty());
    }
}
