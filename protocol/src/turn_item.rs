//! What a client shows as one entry of a turn.
//!
//! An item is announced when it begins and reported whole when it ends; the completed form is what
//! is stored and what a resumed client sees.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::dynamic_tool::ToolContent;
use crate::ids::ItemId;
use crate::input::UserInput;
use crate::response_item::MessagePhase;
use crate::review::ReviewOutput;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum TurnItem {
    UserMessage(UserMessageItem),
    AgentMessage(AgentMessageItem),
    Reasoning(ReasoningItem),
    Plan(PlanItem),
    CommandExecution(CommandExecutionItem),
    FileChange(FileChangeItem),
    McpToolCall(McpToolCallItem),
    DynamicToolCall(DynamicToolCallItem),
    WebSearch(WebSearchItem),
    ImageView(ImageViewItem),
    EnteredReviewMode(EnteredReviewModeItem),
    ExitedReviewMode(ExitedReviewModeItem),
    ContextCompaction(ContextCompactionItem),
}

impl TurnItem {
    pub fn id(&self) -> &ItemId {
        match self {
            Self::UserMessage(item) => &item.id,
            Self::AgentMessage(item) => &item.id,
            Self::Reasoning(item) => &item.id,
            Self::Plan(item) => &item.id,
            Self::CommandExecution(item) => &item.id,
            Self::FileChange(item) => &item.id,
            Self::McpToolCall(item) => &item.id,
            Self::DynamicToolCall(item) => &item.id,
            Self::WebSearch(item) => &item.id,
            Self::ImageView(item) => &item.id,
            Self::EnteredReviewMode(item) => &item.id,
            Self::ExitedReviewMode(item) => &item.id,
            Self::ContextCompaction(item) => &item.id,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserMessageItem {
    pub id: ItemId,
    /// The client's own name for this message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    pub content: Vec<UserInput>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentMessageItem {
    pub id: ItemId,
    pub content: Vec<AgentText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<MessagePhase>,
}

impl AgentMessageItem {
    pub fn new(id: ItemId, text: String, phase: Option<MessagePhase>) -> Self {
        Self { id, content: vec![AgentText::Text { text }], phase }
    }

    pub fn text(&self) -> String {
        self.content.iter().map(|AgentText::Text { text }| text.as_str()).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AgentText {
    #[serde(alias = "text")]
    Text { text: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasoningItem {
    pub id: ItemId,
    #[serde(default)]
    pub summary_text: Vec<String>,
    #[serde(default)]
    pub raw_content: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanItem {
    pub id: ItemId,
    pub text: String,
}

/// A command from its start to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandExecutionItem {
    pub id: ItemId,
    #[serde(default)]
    pub process_id: Option<String>,
    pub command: Vec<String>,
    #[serde(with = "file_url")]
    pub cwd: PathBuf,
    #[serde(default)]
    pub parsed_cmd: Vec<ParsedCommand>,
    #[serde(default)]
    pub source: CommandSource,
    pub status: CommandStatus,
    #[serde(default)]
    pub aggregated_output: Option<String>,
    #[serde(default)]
    pub exit_code: Option<i32>,
    #[serde(default)]
    pub duration: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandSource {
    #[default]
    Agent,
    UserShell,
    UnifiedExecStartup,
    UnifiedExecInteraction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandStatus {
    InProgress,
    Completed,
    Failed,
    Declined,
}

/// What a command line seems to do; for display only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ParsedCommand {
    Read { cmd: String, name: String, path: PathBuf },
    ListFiles { cmd: String, path: Option<String> },
    Search { cmd: String, query: Option<String>, path: Option<String> },
    Unknown { cmd: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileChangeItem {
    pub id: ItemId,
    pub changes: BTreeMap<PathBuf, FileChange>,
    #[serde(default)]
    pub status: Option<PatchStatus>,
    /// What was done, or why it was not; for the file, no client is shown it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchStatus {
    InProgress,
    Completed,
    Failed,
    Declined,
}

/// What a patch does to one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FileChange {
    Add { content: String },
    Delete { content: String },
    Update { unified_diff: String, move_path: Option<PathBuf> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct McpToolCallItem {
    pub id: ItemId,
    pub server: String,
    pub tool: String,
    #[serde(default)]
    pub arguments: serde_json::Value,
    pub status: CommandStatus,
    #[serde(default)]
    pub result: Option<serde_json::Value>,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub duration: Option<Duration>,
}

/// A call of a tool that the client carries out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DynamicToolCallItem {
    pub id: ItemId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub tool: String,
    #[serde(default)]
    pub arguments: serde_json::Value,
    pub status: CommandStatus,
    #[serde(default)]
    pub content_items: Option<Vec<ToolContent>>,
    #[serde(default)]
    pub success: Option<bool>,
    /// Why it gave nothing back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default)]
    pub duration: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebSearchItem {
    pub id: ItemId,
    #[serde(default)]
    pub query: String,
    #[serde(default)]
    pub action: Option<serde_json::Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageViewItem {
    pub id: ItemId,
    #[serde(with = "file_url")]
    pub path: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnteredReviewModeItem {
    pub id: ItemId,
    /// What is reviewed, as the client named it.
    #[serde(default)]
    pub target: serde_json::Value,
    /// The same for people.
    #[serde(default)]
    pub user_facing_hint: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExitedReviewModeItem {
    pub id: ItemId,
    /// Null when the review was interrupted, or failed.
    #[serde(default)]
    pub review_output: Option<ReviewOutput>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContextCompactionItem {
    pub id: ItemId,
}

/// Paths of stored items are `file://` URLs; plain paths are read too.
mod file_url {
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        let mut url = String::from("file://");
        for byte in path.as_os_str().as_encoded_bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => url.push(char::from(*byte)),
                b'/' | b'-' | b'_' | b'.' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+'
                | b',' | b';' | b'=' | b':' | b'@' => url.push(char::from(*byte)),
                other => url.push_str(&format!("%{other:02X}")),
            }
        }
        serializer.serialize_str(&url)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.strip_prefix("file://") {
            Some(encoded) => PathBuf::from(decode(encoded)),
            None => PathBuf::from(text),
        })
    }

    fn decode(encoded: &str) -> String {
        let mut bytes = Vec::with_capacity(encoded.len());
        let mut rest = encoded.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let hex = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
            match (first, hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
                (b'%', Some(byte)) => {
                    bytes.push(byte);
                    rest = after.get(2..).unwrap_or_default();
                }
                _ => {
                    bytes.push(*first);
                    rest = after;
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_command_is_read_and_written_as_0_169_does() {
        let text = r#"{"type":"CommandExecution","id":"call_2_0","process_id":"84711","command":["/bin/bash","-lc","echo one; exit 3"],"cwd":"file:///a%20b/c","parsed_cmd":[{"type":"unknown","cmd":"echo one; exit 3"}],"source":"unified_exec_startup","status":"failed","aggregated_output":"one\n","exit_code":3,"duration":{"secs":0,"nanos":78157}}"#;
        let item: TurnItem = serde_json::from_str(text).unwrap();
        let TurnItem::CommandExecution(command) = &item else { panic!("{item:?}") };
        assert_eq!(command.cwd, PathBuf::from("/a b/c"));
        assert_eq!(serde_json::to_string(&item).unwrap(), text);
    }

    #[test]
    fn stored_reviews_are_read_and_written_as_0_169_does() {
        for text in [
            r#"{"type":"EnteredReviewMode","id":"i","target":{"type":"baseBranch","branch":"other"},"user_facing_hint":"changes against 'other'"}"#,
            r#"{"type":"ExitedReviewMode","id":"i","review_output":{"findings":[],"overall_correctness":"","overall_explanation":"ok","overall_confidence_score":0.0}}"#,
            r#"{"type":"ExitedReviewMode","id":"i","review_output":null}"#,
        ] {
            let item: TurnItem = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&item).unwrap(), text);
        }
    }
}
