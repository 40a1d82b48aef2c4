//! Parts of items that carry text: messages of the agent, hooks, and where a message took its facts from.

use serde::{Deserialize, Serialize};

/// What one hook told the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct HookPromptFragment {
    /// The text.
    pub text: String,
    /// The run of the hook.
    pub hook_run_id: String,
}

/// A way by which a message reaches the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum AgentMessageDelivery {
    /// While the model works on.
    Async,
}

/// What to show beside a moderated message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AgentMessageDisplay {
    /// What the client is to do.
    pub action: String,
    /// Kind of the notice.
    pub block_type: Option<String>,
    /// Point to the vendor's access program for security work.
    pub cyber_trusted_access: Option<bool>,
    /// Point to the user's trusted contacts.
    pub check_trusted_contacts: Option<bool>,
}

/// What the vendor's moderation says about a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AgentMessageModeration {
    /// Whether it objected.
    pub moderated: bool,
    /// What to show.
    pub display: Option<AgentMessageDisplay>,
}

/// A question that needs no answer at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AsyncUserInputQuestion {
    /// The question.
    pub title: String,
    /// Answers to choose from; `null` for free text.
    pub options: Option<Vec<String>>,
}

/// Whether a message is the answer or a remark on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MessagePhase {
    /// A remark on the way.
    Commentary,
    /// A part of the answer.
    PartialAnswer,
    /// The answer.
    FinalAnswer,
}

/// Where a message took facts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MemoryCitation {
    /// Stretches of files.
    pub entries: Vec<MemoryCitationEntry>,
    /// Other threads.
    pub thread_ids: Vec<String>,
}

/// A stretch of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MemoryCitationEntry {
    /// Path of the file.
    pub path: String,
    /// Its first line, counted from 1.
    pub line_start: u32,
    /// Its last line.
    pub line_end: u32,
    /// What was taken from it.
    pub note: String,
}
