//! The settings of a session, what a turn may change of them, and what a turn makes of them.

use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::mode::Mode;
use codex_protocol::policy::{
    ActivePermissionProfile, AskForApproval, ReasoningEffort, ReasoningSummary, SandboxPolicy, Verbosity,
};
use codex_protocol::submission::TurnOverrides;
use serde_json::Value;

use crate::base::paths::AbsolutePath;
use crate::config::Config;
use crate::context::environment::EnvironmentContext;
use crate::context::truncate::OutputLimit;
use crate::model::catalog;
use crate::turn::context::TurnContext;

/// What later turns begin with.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionSettings {
    pub cwd: AbsolutePath,
    pub approval_policy: AskForApproval,
    pub sandbox_policy: SandboxPolicy,
    pub active_permission_profile: Option<ActivePermissionProfile>,
    pub model: String,
    pub effort: Option<ReasoningEffort>,
    pub summary: ReasoningSummary,
    pub verbosity: Option<Verbosity>,
    pub service_tier: Option<String>,
    pub mode: Mode,
}

impl SessionSettings {
    pub fn of(config: &Config) -> Self {
        Self {
            cwd: config.cwd.clone(),
            approval_policy: config.approval_policy,
            sandbox_policy: config.sandbox_policy.clone(),
            active_permission_profile: config.active_permission_profile.clone(),
            model: config.model.clone(),
            effort: config.model_reasoning_effort.clone(),
            summary: config
                .model_reasoning_summary
                .unwrap_or_else(|| catalog::configured(config, &config.model).default_summary),
            verbosity: config.model_verbosity,
            service_tier: config.service_tier.clone(),
            mode: Mode::default(),
        }
    }

    pub fn change(&mut self, overrides: TurnOverrides) {
        let TurnOverrides {
            cwd,
            approval_policy,
            sandbox_policy,
            active_permission_profile,
            model,
            effort,
            summary,
            service_tier,
            mode,
        } = overrides;
        if let Some(cwd) = cwd {
            self.cwd = self.cwd.join(cwd);
        }
        replace(&mut self.approval_policy, approval_policy);
        if let Some(policy) = sandbox_policy {
            self.sandbox_policy = policy;
            self.active_permission_profile = active_permission_profile;
        }
        replace(&mut self.model, model.filter(|model| !model.trim().is_empty()));
        replace(&mut self.effort, effort);
        replace(&mut self.summary, summary);
        replace(&mut self.service_tier, service_tier);
        replace(&mut self.mode, mode);
    }

    /// What makes the settings of another session the same as these.
    pub fn into_overrides(self) -> TurnOverrides {
        TurnOverrides {
            cwd: Some(self.cwd.into_path_buf()),
            approval_policy: Some(self.approval_policy),
            sandbox_policy: Some(self.sandbox_policy),
            active_permission_profile: self.active_permission_profile,
            model: Some(self.model),
            effort: Some(self.effort),
            summary: Some(self.summary),
            service_tier: Some(self.service_tier),
            mode: Some(self.mode),
        }
    }

    pub fn turn(
        &self,
        config: &Config,
        conversation_id: ConversationId,
        turn_id: TurnId,
        output_schema: Option<Value>,
    ) -> TurnContext {
        let info = catalog::configured(config, &self.model);
        TurnContext {
            conversation_id,
            turn_id,
            cwd: self.cwd.clone(),
            approval_policy: self.approval_policy,
            sandbox_policy: self.sandbox_policy.clone(),
            active_permission_profile: self.active_permission_profile.clone(),
            model: self.model.clone(),
            effort: self.effort.clone(),
            summary: self.summary,
            verbosity: self.verbosity,
            service_tier: self.service_tier.clone(),
            mode: self.mode.clone(),
            output_limit: OutputLimit::tokens(info.tool_output_tokens),
            context_window: Some(info.effective_window()),
            compact_limit: info.compact_limit(),
            output_schema,
            info,
        }
    }

    /// The settings of a review: those of a turn, with the model that is configured for reviews.
    pub fn review(&self, config: &Config, conversation_id: ConversationId, turn_id: TurnId) -> TurnContext {
        let mut settings = Self { mode: Mode::default(), ..self.clone() };
        if let Some(model) = config.review_model.clone().filter(|model| *model != settings.model) {
            settings.summary = catalog::configured(config, &model).default_summary;
            settings.effort = None;
            settings.model = model;
        }
        settings.turn(config, conversation_id, turn_id, None)
    }

    pub fn environment(&self, shell: Option<String>) -> EnvironmentContext {
        EnvironmentContext {
            cwd: self.cwd.as_path().to_path_buf(),
            approval_policy: self.approval_policy,
            sandbox_policy: self.sandbox_policy.clone(),
            shell,
        }
    }
}

fn replace<T>(current: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *current = new;
    }
}
