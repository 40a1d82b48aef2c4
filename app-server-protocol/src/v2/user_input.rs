//! Questions of the agent to its user.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Asks the user something for the agent. An error for an answer counts as if the user could not be asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ToolRequestUserInputParams {
    /// The thread.
    pub thread_id: String,
    /// The turn.
    pub turn_id: String,
    /// The tool call that asks. There is no item for it.
    pub item_id: String,
    /// The questions.
    pub questions: Vec<ToolRequestUserInputQuestion>,
    /// Whether the agent cannot go on without the answers, as in plan mode. Elsewhere it can do without: the user may be
    /// left to do other things first. The turn waits in both cases.
    pub is_blocking: bool,
    /// After how many milliseconds the client may answer in the user's place; `null` for never.
    #[serde(default)]
    pub auto_resolution_ms: Option<u64>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ToolRequestUserInputQuestion {
    /// Under which it is answered.
    pub id: String,
    /// A title of a word or two.
    pub header: String,
    /// The question.
    pub question: String,
    /// Whether the user may answer in other words than those of `options`.
    #[serde(default)]
    pub is_other: bool,
    /// Whether the answer should not be shown while it is typed.
    #[serde(default)]
    pub is_secret: bool,
    /// Answers to choose from.
    pub options: Option<Vec<ToolRequestUserInputOption>>,
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ToolRequestUserInputOption {
    /// The answer.
    pub label: String,
    /// What follows from it.
    pub description: String,
}

/// What the user says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ToolRequestUserInputResponse {
    /// By the ids of the questions. One that is left out was passed over.
    pub answers: BTreeMap<String, ToolRequestUserInputAnswer>,
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ToolRequestUserInputAnswer {
    /// Chosen labels, and what the user wrote.
    pub answers: Vec<String>,
}
