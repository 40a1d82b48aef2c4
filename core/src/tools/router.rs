//! From an item of the model to a call.

use codex_protocol::response_item::ResponseItem;

use crate::tools::call::{ToolCall, ToolPayload};

/// The call that an item makes; none if it makes no call that could be answered.
pub fn call_of(item: &ResponseItem) -> Option<ToolCall> {
    match item {
        ResponseItem::FunctionCall { name, arguments, call_id, namespace, .. } => Some(ToolCall {
            call_id: call_id.clone(),
            name: qualified(namespace.as_deref(), name),
            payload: ToolPayload::Function { arguments: arguments.clone() },
        }),
        ResponseItem::CustomToolCall { name, input, call_id, .. } => Some(ToolCall {
            call_id: call_id.clone(),
            name: name.clone(),
            payload: ToolPayload::Custom { input: input.clone() },
        }),
        ResponseItem::LocalShellCall { call_id, action, .. } => Some(ToolCall {
            call_id: call_id.clone()?,
            name: "local_shell".into(),
            payload: ToolPayload::LocalShell(action.clone()),
        }),
        ResponseItem::Message { .. }
        | ResponseItem::Reasoning { .. }
        | ResponseItem::FunctionCallOutput { .. }
        | ResponseItem::CustomToolCallOutput { .. }
        | ResponseItem::WebSearchCall { .. }
        | ResponseItem::GhostSnapshot { .. }
        | ResponseItem::Compaction { .. }
        | ResponseItem::Other => None,
    }
}

/// The name of a tool in a group.
pub fn qualified(namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) if !namespace.is_empty() => format!("{namespace}__{name}"),
        _ => name.to_owned(),
    }
}

/// What the model is told of a tool that does not exist.
pub fn unsupported(call: &ToolCall) -> String {
    match call.payload {
        ToolPayload::Custom { .. } => format!("unsupported custom tool call: {}", call.name),
        ToolPayload::Function { .. } | ToolPayload::LocalShell(_) => {
            format!("unsupported call: {}", call.name)
        }
    }
}
