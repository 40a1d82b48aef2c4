//! Handles of one conversation to the outside world.

use std::sync::Arc;

use codex_protocol::dynamic_tool::DynamicToolSpec;
use tokio::sync::mpsc;

use crate::auth::AuthManager;
use crate::base::spawn::TaskGroup;
use crate::config::Config;
use crate::exec::env::EnvironmentSnapshot;
use crate::exec::login::LoginShells;
use crate::exec::shell::Shell;
use crate::exec::unified::UnifiedExecSessionManager;
use crate::git::snapshot::Snapshots;
use crate::model::ModelClient;
use crate::model::credentials::Credentials;
use crate::sandbox::Sandbox;
use crate::skills::SkillFinder;
use crate::telemetry::Telemetry;
use crate::turn::port::LateMsg;

#[derive(Debug)]
pub struct SessionServices {
    pub config: Arc<Config>,
    pub auth: AuthManager,
    pub model: ModelClient,
    /// Takes facts for whoever runs a collector.
    pub telemetry: Telemetry,
    pub exec: UnifiedExecSessionManager,
    pub sandbox: Arc<Sandbox>,
    /// The variables of this process, as they were when it started.
    pub variables: Arc<EnvironmentSnapshot>,
    pub shell: Shell,
    /// What the user's profile sets, found out once.
    pub login: Arc<LoginShells>,
    /// By which files can be brought back.
    pub snapshots: Snapshots,
    pub skills: SkillFinder,
    /// The instructions that every request begins with.
    pub instructions: Arc<str>,
    /// Tools that the client carries out.
    pub dynamic_tools: Vec<DynamicToolSpec>,
    /// Whether the conversation can have a goal.
    pub keeps_goals: bool,
    /// For what outlives its call: background terminals.
    pub late: mpsc::Sender<Box<LateMsg>>,
    pub group: TaskGroup,
}

impl SessionServices {
    /// The login, for the providers that take it.
    pub fn credentials(&self) -> Credentials {
        Credentials::of(&self.auth)
    }
}
