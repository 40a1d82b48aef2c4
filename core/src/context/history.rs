//! The conversation as the model sees it: ordered items, shared and never changed.
//!
//! Items are kept behind `Arc`, so that a prompt is a cheap copy of the list. What a tool gives back
//! is cut to its limit when it is added; nothing else is altered here.

use std::sync::Arc;

use codex_protocol::response_item::{CallOutput, ContentItem, ResponseItem};

use crate::context::normalize::normalized;
use crate::context::tokens;
use crate::context::truncate::OutputLimit;

/// How many turns can still be undone,
const MOST_SNAPSHOTS: usize = 50;
/// if the names of what lay around then are no more than this.
const MOST_SNAPSHOT_BYTES: usize = 256 * 1024;

#[derive(Clone, Debug, Default)]
pub struct ContextManager {
    items: Vec<Arc<ResponseItem>>,
}

impl ContextManager {
    /// Adds an item; kinds that are never sent are left out.
    pub fn push(&mut self, item: ResponseItem, limit: OutputLimit) {
        if is_kept(&item) {
            let is_snapshot = snapshot_of(&item).is_some();
            self.items.push(Arc::new(limited(item, limit)));
            if is_snapshot {
                self.forget_old_snapshots();
            }
        }
    }

    /// They are not for the model, so that its window does not bound them.
    fn forget_old_snapshots(&mut self) {
        let (mut number, mut bytes) = (0, 0);
        let mut kept: Vec<bool> = Vec::with_capacity(self.items.len());
        for item in self.items.iter().rev() {
            let snapshot = snapshot_of(item);
            number += usize::from(snapshot.is_some());
            bytes += snapshot.map_or(0, size_of);
            // The newest one stays, whatever its size.
            let is_too_much = number > 1 && (number > MOST_SNAPSHOTS || bytes > MOST_SNAPSHOT_BYTES);
            kept.push(snapshot.is_none() || !is_too_much);
        }
        let mut kept = kept.into_iter().rev();
        self.items.retain(|_| kept.next().unwrap_or(true));
    }

    /// Puts other items in the place of all that were there.
    pub fn replace(&mut self, items: Vec<ResponseItem>) {
        self.items = items.into_iter().filter(is_kept).map(Arc::new).collect();
    }

    /// The last snapshot of files that was not undone.
    pub fn newest_snapshot(&self) -> Option<&serde_json::Value> {
        self.items.iter().rev().find_map(|item| snapshot_of(item))
    }

    /// Forgets that snapshot.
    pub fn drop_newest_snapshot(&mut self) {
        if let Some(index) = self.items.iter().rposition(|item| snapshot_of(item).is_some()) {
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

fn snapshot_of(item: &ResponseItem) -> Option<&serde_json::Value> {
    match item {
        ResponseItem::GhostSnapshot { ghost_commit } => Some(ghost_commit),
        _ => None,
    }
}

/// About what a snapshot takes: the names in its lists.
fn size_of(snapshot: &serde_json::Value) -> usize {
    let lists = ["preexisting_untracked_files", "preexisting_untracked_dirs"];
    let names = lists.iter().filter_map(|list| snapshot.get(list)?.as_array()).flatten();
    names.filter_map(|name| name.as_str()).map(str::len).sum()
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

    #[test]
    fn old_snapshots_are_forgotten() {
        let push = |history: &mut ContextManager, id: usize, names: usize| {
            let name = "n".repeat(1024);
            let ghost_commit = serde_json::json!({
                "id": id, "preexisting_untracked_files": vec![name; names], "preexisting_untracked_dirs": [],
            });
            history.push(ResponseItem::GhostSnapshot { ghost_commit }, OutputLimit::default());
        };
        let ids = |history: &ContextManager| -> Vec<serde_json::Value> {
            history.items().iter().filter_map(|item| Some(snapshot_of(item)?["id"].clone())).collect()
        };
        let mut history = ContextManager::default();
        history.push(ResponseItem::message("user", "x"), OutputLimit::default());
        (0..60).for_each(|id| push(&mut history, id, 1));
        assert_eq!((ids(&history).len(), ids(&history)[0].clone()), (MOST_SNAPSHOTS, 10.into()));
        push(&mut history, 60, 250);
        assert_eq!(ids(&history).len(), 7);
        push(&mut history, 61, 300);
        assert_eq!((ids(&history), history.items().len()), (vec![61.into()], 2));
    }
}
