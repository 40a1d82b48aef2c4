//! What a person should know: errors, warnings, and what the session is.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error_info::CodexErrorInfo;
use crate::ids::ConversationId;
use crate::policy::{AskForApproval, ReasoningEffort, SandboxPolicy};

/// The settings in force when the session began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionConfiguredEvent {
    pub session_id: ConversationId,
    pub model: String,
    pub model_provider_id: String,
    pub approval_policy: AskForApproval,
    pub sandbox_policy: SandboxPolicy,
    pub cwd: PathBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<ReasoningEffort>,
    /// Absent for a conversation that is not stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout_path: Option<PathBuf>,
}

/// Why a turn cannot go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorEvent {
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codex_error_info: Option<CodexErrorInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_details: Option<String>,
}

/// A failure that is being retried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StreamErrorEvent {
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codex_error_info: Option<CodexErrorInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_details: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageEvent {
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeprecationNoticeEvent {
    pub summary: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThreadNameUpdatedEvent {
    pub thread_id: ConversationId,
    #[serde(default)]
    pub thread_name: Option<String>,
}
