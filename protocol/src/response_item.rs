//! What the model reads and writes: the items of a conversation, in the Responses API's form.
//!
//! Requests, history and rollouts share these types. Items of a kind that is not known here are
//! read as [`ResponseItem::Other`] and never sent.

use serde::{Deserialize, Serialize};

use crate::ids::CallId;
use crate::input::ImageDetail;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ResponseItem {
    Message {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        role: String,
        content: Vec<ContentItem>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<MessagePhase>,
    },
    Reasoning {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        summary: Vec<ReasoningSummaryPart>,
        #[serde(default)]
        content: Option<Vec<ReasoningContent>>,
        #[serde(default)]
        encrypted_content: Option<String>,
    },
    LocalShellCall {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(default)]
        call_id: Option<CallId>,
        status: LocalShellStatus,
        action: LocalShellAction,
    },
    FunctionCall {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        /// JSON as text, as the model wrote it.
        arguments: String,
        call_id: CallId,
    },
    FunctionCallOutput {
        call_id: CallId,
        output: CallOutput,
    },
    CustomToolCall {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        call_id: CallId,
        name: String,
        input: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
    },
    CustomToolCallOutput {
        call_id: CallId,
        output: CallOutput,
    },
    WebSearchCall {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<serde_json::Value>,
    },
    /// A stored state of the working tree; never sent.
    GhostSnapshot {
        ghost_commit: serde_json::Value,
    },
    /// A model's own summary of what came before it.
    #[serde(alias = "compaction_summary")]
    Compaction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        encrypted_content: String,
    },
    #[serde(other)]
    Other,
}

impl ResponseItem {
    /// A message with one text part, in the form that the role asks for.
    pub fn message(role: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        let part = if role == "assistant" {
            ContentItem::OutputText { text }
        } else {
            ContentItem::InputText { text }
        };
        Self::Message { id: None, role: role.into(), content: vec![part], phase: None }
    }

    /// The id of the call that this item is.
    pub fn call_id(&self) -> Option<&CallId> {
        match self {
            Self::FunctionCall { call_id, .. } | Self::CustomToolCall { call_id, .. } => Some(call_id),
            Self::LocalShellCall { call_id, .. } => call_id.as_ref(),
            Self::Message { .. }
            | Self::Reasoning { .. }
            | Self::FunctionCallOutput { .. }
            | Self::CustomToolCallOutput { .. }
            | Self::WebSearchCall { .. }
            | Self::GhostSnapshot { .. }
            | Self::Compaction { .. }
            | Self::Other => None,
        }
    }

    /// The id of the call that this item is the output of.
    pub fn output_of(&self) -> Option<&CallId> {
        match self {
            Self::FunctionCallOutput { call_id, .. } | Self::CustomToolCallOutput { call_id, .. } => {
                Some(call_id)
            }
            Self::Message { .. }
            | Self::Reasoning { .. }
            | Self::LocalShellCall { .. }
            | Self::FunctionCall { .. }
            | Self::CustomToolCall { .. }
            | Self::WebSearchCall { .. }
            | Self::GhostSnapshot { .. }
            | Self::Compaction { .. }
            | Self::Other => None,
        }
    }
}

/// One part of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ContentItem {
    InputText {
        text: String,
    },
    InputImage {
        image_url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<ImageDetail>,
    },
    InputAudio {
        audio_url: String,
    },
    OutputText {
        text: String,
    },
}

impl ContentItem {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::InputText { text } | Self::OutputText { text } => Some(text),
            Self::InputImage { .. } | Self::InputAudio { .. } => None,
        }
    }
}

/// Where in its work a model says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessagePhase {
    Commentary,
    PartialAnswer,
    FinalAnswer,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReasoningSummaryPart {
    SummaryText { text: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReasoningContent {
    ReasoningText { text: String },
    Text { text: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocalShellStatus {
    Completed,
    InProgress,
    Incomplete,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LocalShellAction {
    Exec {
        command: Vec<String>,
        #[serde(default)]
        timeout_ms: Option<u64>,
        #[serde(default)]
        working_directory: Option<String>,
        #[serde(default)]
        env: Option<std::collections::HashMap<String, String>>,
        #[serde(default)]
        user: Option<String>,
    },
}

/// What a tool gives back: plain text, or parts when there are images among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CallOutput {
    Text(String),
    Parts(Vec<ContentItem>),
}

impl CallOutput {
    /// All its text, parts joined by line ends.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => {
                parts.iter().filter_map(ContentItem::as_text).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_items_are_read_as_other() {
        let item: ResponseItem = serde_json::from_str(r#"{"type":"hologram","x":1}"#).unwrap();
        assert_eq!(item, ResponseItem::Other);
    }

    #[test]
    fn a_reasoning_item_keeps_its_nulls() {
        let text = r#"{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"t"}],"content":null,"encrypted_content":"x"}"#;
        let item: ResponseItem = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&item).unwrap(), text);
    }
}
