//! The format of stored conversations: one JSON object per line.
//!
//! A line is `{"timestamp", "ordinal", "type", "payload"}`. Lines whose type or payload is not
//! known here are kept as they are and passed over, so that a newer file loads and loses nothing.
//! The public codex 0.169 takes a file as its own when the first line says `history_mode`
//! `paginated` and every line has an ordinal; without either it looks for the message events of
//! 2025 and shows no completed items.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::dynamic_tool::{self, DynamicToolSpec};
use crate::event::EventMsg;
use crate::git::GitInfo;
use crate::ids::{ConversationId, TurnId};
use crate::mode::CollaborationMode;
use crate::policy::{
    ActivePermissionProfile, AskForApproval, ReasoningEffort, ReasoningSummary, SandboxPolicy,
};
use crate::response_item::ResponseItem;

/// One line of a rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutLine {
    /// UTC with milliseconds: `2026-11-22T20:51:57.481Z`.
    pub timestamp: String,
    /// Counts the lines of a file from 0. Absent in files of 2025.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u64>,
    #[serde(flatten)]
    pub item: RolloutItem,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "snake_case")]
pub enum RolloutItem {
    SessionMeta(Box<SessionMeta>),
    ResponseItem(ResponseItem),
    Compacted(CompactedItem),
    TurnContext(Box<TurnContextItem>),
    EventMsg(EventMsg),
}

/// What a conversation is; always the first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionMeta {
    /// The conversation at the root of this one: itself, unless another one handed work on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<ConversationId>,
    pub id: ConversationId,
    /// When it was created, in the format of the lines.
    pub timestamp: String,
    pub cwd: PathBuf,
    #[serde(default)]
    pub originator: String,
    #[serde(default)]
    pub cli_version: String,
    #[serde(default)]
    pub source: SessionSource,
    #[serde(default)]
    pub model_provider: Option<String>,
    /// User instructions, in files of 2025.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_instructions: Option<BaseInstructions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from_id: Option<ConversationId>,
    /// The lines of the source before this ordinal belong to this conversation, too. Absent where
    /// they were copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from_ordinal_exclusive: Option<u64>,
    #[serde(default)]
    pub history_mode: HistoryMode,
    /// What of another file this one goes on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history_base: Option<HistoryBase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<GitInfo>,
    /// Tools that the client carries out.
    #[serde(default, deserialize_with = "dynamic_tool::known", skip_serializing_if = "Vec::is_empty")]
    pub dynamic_tools: Vec<DynamicToolSpec>,
}

impl SessionMeta {
    /// A new conversation, with what every one has.
    pub fn new(id: ConversationId, timestamp: String, cwd: PathBuf, cli_version: &str) -> Self {
        Self {
            session_id: Some(id),
            id,
            timestamp,
            cwd,
            originator: String::new(),
            cli_version: cli_version.into(),
            source: SessionSource::default(),
            model_provider: None,
            instructions: None,
            base_instructions: None,
            forked_from_id: None,
            forked_from_ordinal_exclusive: None,
            history_mode: HistoryMode::Paginated,
            history_base: None,
            git: None,
            dynamic_tools: Vec::new(),
        }
    }

    /// The file whose lines before an ordinal this conversation begins with: that of a source, or an older one of
    /// its own.
    pub fn base(&self) -> Option<(ConversationId, u64)> {
        self.whole_base().map(|base| (base.thread_id, base.end_ordinal_exclusive))
    }

    /// The same, with the place in the file if it is known.
    pub fn whole_base(&self) -> Option<HistoryBase> {
        match self.history_base {
            Some(base) => Some(base),
            None => Some(HistoryBase {
                thread_id: self.forked_from_id?,
                end_ordinal_exclusive: self.forked_from_ordinal_exclusive?,
                end_byte_offset: None,
            }),
        }
    }
}

/// The beginning of another file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryBase {
    /// The file: by its conversation, or by the second id in its name if it has two.
    pub thread_id: ConversationId,
    /// The lines before this one count.
    pub end_ordinal_exclusive: u64,
    /// Where they end in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_byte_offset: Option<u64>,
}

/// What the turns of a stored conversation are made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryMode {
    /// Message events, as in files of 2025; lines have no ordinals.
    #[default]
    Legacy,
    /// Completed items; every line has an ordinal.
    #[serde(other)]
    Paginated,
}

/// The text is shared, because many conversations have the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseInstructions {
    pub text: Arc<str>,
}

/// Which product started a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionSource {
    Cli,
    /// Editors; also everything that is started through the app server.
    #[default]
    VSCode,
    Exec,
    Mcp,
    /// Work that another conversation handed on, in whatever form it is stored.
    SubAgent(Value),
    Custom(String),
    Unknown,
}

/// A form that is not known is `Unknown`: it must not cost the conversation.
impl<'de> Deserialize<'de> for SessionSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(word) => match word.as_str() {
                "cli" => Self::Cli,
                "vscode" => Self::VSCode,
                "exec" => Self::Exec,
                "mcp" => Self::Mcp,
                _ => Self::Unknown,
            },
            Value::Object(fields) => match fields.into_iter().next() {
                Some((name, form)) if matches!(name.as_str(), "subagent" | "subAgent" | "sub_agent") => {
                    Self::SubAgent(form)
                }
                Some((name, Value::String(word))) if name == "custom" => Self::Custom(word),
                _ => Self::Unknown,
            },
            _ => Self::Unknown,
        })
    }
}

/// The point from which on only a summary of what came before is shown to the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompactedItem {
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement_history: Option<Vec<ResponseItem>>,
}

/// The settings of a turn; written when it starts and whenever they change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnContextItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<TurnId>,
    pub cwd: PathBuf,
    pub approval_policy: AskForApproval,
    pub sandbox_policy: SandboxPolicy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_permission_profile: Option<ActivePermissionProfile>,
    pub model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<ReasoningEffort>,
    #[serde(default)]
    pub summary: ReasoningSummary,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collaboration_mode: Option<CollaborationMode>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_0_169_is_read() {
        let text = r#"{"timestamp":"2026-11-22T20:51:57.569Z","ordinal":15,"type":"event_msg","payload":{"type":"task_complete","root_turn_id":"t","turn_id":"t","last_agent_message":"Hello","started_at":1795380717,"completed_at":1795380717,"duration_ms":112,"time_to_first_token_ms":101}}"#;
        let line: RolloutLine = serde_json::from_str(text).unwrap();
        let RolloutItem::EventMsg(EventMsg::TurnComplete(event)) = line.item else { panic!() };
        assert_eq!(event.last_agent_message.as_deref(), Some("Hello"));
        assert_eq!(line.ordinal, Some(15));
    }

    #[test]
    fn a_line_of_2025_is_read() {
        let text = r#"{"timestamp":"2025-10-22T20:51:57.569Z","type":"session_meta","payload":{"id":"01a20507-a775-7583-bb12-157c0e80978f","timestamp":"2025-10-22T20:51:57.569Z","cwd":"/w","originator":"codex_cli_rs","cli_version":"0.53.0","instructions":null,"source":"cli","model_provider":"openai"}}"#;
        let line: RolloutLine = serde_json::from_str(text).unwrap();
        assert!(matches!(line.item, RolloutItem::SessionMeta(meta) if meta.source == SessionSource::Cli));
    }

    #[test]
    fn every_form_of_a_source_is_read() {
        for (text, source) in [
            (r#""cli""#, SessionSource::Cli),
            (r#""vscode""#, SessionSource::VSCode),
            (r#"{"subagent":"review"}"#, SessionSource::SubAgent("review".into())),
            (r#"{"custom":"mine"}"#, SessionSource::Custom("mine".into())),
            (r#""hologram""#, SessionSource::Unknown),
            (r#"{"hologram":{}}"#, SessionSource::Unknown),
            ("null", SessionSource::Unknown),
        ] {
            assert_eq!(serde_json::from_str::<SessionSource>(text).unwrap(), source, "{text}");
        }
        assert_eq!(
            serde_json::to_string(&SessionSource::SubAgent("review".into())).unwrap(),
            r#"{"subagent":"review"}"#
        );
        assert_eq!(serde_json::to_string(&SessionSource::VSCode).unwrap(), r#""vscode""#);
    }

    #[test]
    fn a_line_is_written_in_the_order_of_the_format() {
        let line = RolloutLine {
            timestamp: "2026-11-22T20:51:57.569Z".into(),
            ordinal: Some(1),
            item: RolloutItem::ResponseItem(ResponseItem::message("user", "hi")),
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"timestamp":"2026-11-22T20:51:57.569Z","ordinal":1,"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}}"#
        );
    }
}
