//! How a command becomes a launch: with what its login shell has told before, and inside of which walls.
//!
//! This looks at folders and start files, which may lie on disks that do not answer. So it happens away from the
//! runtime's own threads, and all at once, since each change of threads takes longer than most looks.

use std::sync::Arc;
use std::time::Duration;

use codex_protocol::policy::{AskForApproval, SandboxPolicy};

use crate::base::paths::AbsolutePath;
use crate::config::{Config, features};
use crate::exec::env::{CommandEnvironment, Network};
use crate::exec::login::{self, LoginShells};
use crate::exec::shell::{Login, Shell};
use crate::sandbox::Sandbox;
use crate::sandbox::command::CommandSpec;
use crate::sandbox::launch::Launch;
use crate::turn::grants::Ground;
use crate::turn::port::SessionTaskContext;
use crate::turn::services::SessionServices;

/// How long the files of a login shell are looked at.
const LONGEST_LOOK: Duration = Duration::from_millis(500);

/// Whether what the profile of the user's shell sets need be found out only once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The command runs as it stands.
    EachTime,
    /// The command is the user's own shell with this script, and all that counts is that it finds what it expects.
    OnceFor { script: String },
}

pub async fn plan(
    services: &SessionServices,
    policy: &SandboxPolicy,
    cwd: &AbsolutePath,
    spec: CommandSpec,
    profile: Profile,
) -> Result<Launch, String> {
    let planning =
        Planning { sandbox: Arc::clone(&services.sandbox), policy: policy.clone(), cwd: cwd.clone(), spec };
    if let Profile::OnceFor { script } = profile
        && services.config.is_enabled(&features::SHELL_SNAPSHOT)
    {
        // If what the login shell has told before cannot be said at once, it runs again.
        let (login, shell) = (Arc::clone(&services.login), services.shell.clone());
        let (config, planning) = (Arc::clone(&services.config), planning.clone());
        let planned = services.group.spawn_blocking(move || {
            let start = planning.begun(&login, &shell, &script, &config);
            planning.launch(start)
        });
        if let Ok(Ok(launch)) = tokio::time::timeout(LONGEST_LOOK, planned).await {
            return launch;
        }
    }
    let planned = services.group.spawn_blocking(move || planning.launch(planning.spec.clone().into()));
    planned.await.unwrap_or_else(|panic| Err(panic.to_string()))
}

/// Has the user's shell tell what its profile sets while the model thinks, so that the first command need not wait for
/// it. Returns at once.
pub fn prepare(context: &SessionTaskContext) {
    let services = Arc::clone(&context.services);
    if !services.config.is_enabled(&features::SHELL_SNAPSHOT) || !services.config.allow_login_shell {
        return;
    }
    let context = context.clone();
    services.group.clone().spawn(async move {
        let Ground { policy, cwd } = context.ground().await;
        // Profiles may heed what lies in the folder. Outside of a sandbox that is for the user to allow, as for a command.
        if policy.is_unrestricted() && context.turn.approval_policy != AskForApproval::Never {
            return;
        }
        let env = variables(&services, &policy).vars;
        let argv = services.shell.argv(Login::Yes, "");
        let spec = CommandSpec { argv, cwd: context.turn.cwd.clone(), env };
        drop(context);
        let planning = Planning { sandbox: Arc::clone(&services.sandbox), policy, cwd, spec };
        let group = services.group.clone();
        group.spawn_blocking(move || {
            let wanted = planning.wanted(&services.shell, "", &services.config);
            services.login.prepare(&wanted, &planning.spec);
        });
    });
}

/// The variables that a command gets under a policy.
pub fn variables(services: &SessionServices, policy: &SandboxPolicy) -> CommandEnvironment {
    let wanted = &services.config.shell_environment_policy;
    CommandEnvironment::new(&services.variables, wanted, Network::from(policy))
}

/// What a launch is planned from.
#[derive(Clone)]
struct Planning {
    sandbox: Arc<Sandbox>,
    policy: SandboxPolicy,
    cwd: AbsolutePath,
    spec: CommandSpec,
}

impl Planning {
    /// The command on what its login shell has told before, if that is known. Blocks.
    fn begun(&self, login: &Arc<LoginShells>, shell: &Shell, script: &str, config: &Config) -> login::Start {
        login.command(&self.wanted(shell, script, config), self.spec.clone())
    }

    fn wanted<'a>(&'a self, shell: &'a Shell, script: &'a str, config: &'a Config) -> login::Wanted<'a> {
        login::Wanted {
            shell,
            script,
            sandbox: &self.sandbox,
            policy: &self.policy,
            root: &self.cwd,
            secrets: &config.shell_environment_policy,
        }
    }

    /// Blocks.
    fn launch(&self, start: login::Start) -> Result<Launch, String> {
        let sandbox = Sandbox::clone(&self.sandbox).with_snapshot(start.snapshot);
        sandbox.plan(&self.policy, &self.cwd, start.command).map_err(|error| error.to_string())
    }
}
