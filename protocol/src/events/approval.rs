//! What the engine asks a human, or the client in a human's place.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::CallId;
use crate::permission::PermissionProfile;
use crate::question::UserQuestion;
use crate::turn_item::{FileChange, ParsedCommand};

/// May this command run?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecApprovalRequestEvent {
    pub call_id: CallId,
    pub command: Vec<String>,
    pub cwd: PathBuf,
    /// Why it is asked, in the model's words or in ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub parsed_cmd: Vec<ParsedCommand>,
    /// Words that could be allowed for good when a command begins with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_execpolicy_amendment: Option<Vec<String>>,
    /// What the model thinks of it, if it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<SandboxCommandAssessment>,
}

/// A model's opinion about a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SandboxCommandAssessment {
    /// What it does, for a person.
    pub description: String,
    pub risk_level: RiskLevel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    Low,
    Medium,
    High,
}

/// May these files be changed?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApplyPatchApprovalRequestEvent {
    pub call_id: CallId,
    pub changes: BTreeMap<PathBuf, FileChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_root: Option<PathBuf>,
}

/// An MCP server asks the user something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElicitationRequestEvent {
    pub server_name: String,
    pub id: Value,
    pub request: Value,
}

/// The agent asks the user something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestUserInputEvent {
    pub call_id: CallId,
    pub questions: Vec<UserQuestion>,
    /// Whether there is nothing to be done without the answers, as where user and agent plan together.
    pub is_blocking: bool,
}

/// The agent asks for further permissions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestPermissionsEvent {
    pub call_id: CallId,
    pub cwd: PathBuf,
    pub permissions: PermissionProfile,
    #[serde(default)]
    pub reason: Option<String>,
}

/// A tool that the client offers is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DynamicToolCallRequestEvent {
    pub call_id: CallId,
    #[serde(default)]
    pub namespace: Option<String>,
    pub tool: String,
    pub arguments: Value,
}
