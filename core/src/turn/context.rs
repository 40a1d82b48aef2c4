//! The settings of one turn, fixed when it starts.

use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::mode::{CollaborationMode, Mode, ModeSettings};
use codex_protocol::policy::{
    ActivePermissionProfile, AskForApproval, ReasoningEffort, ReasoningSummary, SandboxPolicy, Verbosity,
};
use codex_protocol::rollout::TurnContextItem;
use serde_json::Value;

use crate::base::paths::AbsolutePath;
use crate::context::truncate::OutputLimit;
use crate::model::catalog::ModelInfo;

#[derive(Clone, Debug)]
pub struct TurnContext {
    pub conversation_id: ConversationId,
    pub turn_id: TurnId,
    pub cwd: AbsolutePath,
    pub approval_policy: AskForApproval,
    pub sandbox_policy: SandboxPolicy,
    pub active_permission_profile: Option<ActivePermissionProfile>,
    pub model: String,
    pub info: ModelInfo,
    pub effort: Option<ReasoningEffort>,
    pub summary: ReasoningSummary,
    pub verbosity: Option<Verbosity>,
    pub service_tier: Option<String>,
    pub mode: Mode,
    /// How much of one tool output the model is shown.
    pub output_limit: OutputLimit,
    /// The part of the model's window that is used.
    pub context_window: Option<i64>,
    /// With so many tokens the history is summed up.
    pub compact_limit: i64,
    /// JSON schema of the final message.
    pub output_schema: Option<Value>,
}

impl TurnContext {
    /// The same, with more known of the model.
    pub fn with_info(&self, info: ModelInfo) -> Self {
        let (context_window, compact_limit) = (Some(info.effective_window()), info.compact_limit());
        Self { info, context_window, compact_limit, ..self.clone() }
    }

    /// What is stored of these settings.
    pub fn stored(&self) -> TurnContextItem {
        TurnContextItem {
            turn_id: Some(self.turn_id.clone()),
            cwd: self.cwd.as_path().to_path_buf(),
            approval_policy: self.approval_policy,
            sandbox_policy: self.sandbox_policy.clone(),
            active_permission_profile: self.active_permission_profile.clone(),
            model: self.model.clone(),
            effort: self.effort.clone(),
            summary: self.summary,
            collaboration_mode: Some(CollaborationMode {
                mode: self.mode.kind,
                settings: ModeSettings {
                    model: self.model.clone(),
                    reasoning_effort: self.effort.clone(),
                    developer_instructions: self.mode.instructions.clone(),
                },
            }),
        }
    }
}
