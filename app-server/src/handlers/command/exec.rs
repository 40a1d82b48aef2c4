//! `command/exec`: runs one command in the sandbox. It begins in order with other requests about its name, and is
//! answered when it has ended.

use std::path::PathBuf;
use std::time::Duration;

use codex_app_server_protocol::method::CommandExec;
use codex_app_server_protocol::v2::command::{CommandExecParams, CommandExecResponse};
use codex_core::base::paths::AbsolutePath;
use codex_core::config::Config;
use codex_core::exec::streams::{Stdin, TerminalSize};
use codex_core::sandbox::Sandbox;
use codex_core::sandbox::command::CommandSpec;
use codex_protocol::policy::SandboxPolicy;

use crate::context::Context;
use crate::convert::to_core::policy::sandbox_policy;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::processes::follow::{Delivery, Ended, Teller, follow};
use crate::processes::request::{self, CAP, TIME, not_started};
use crate::processes::{Name, Start};

const METHOD: &str = "command/exec";

impl Handle<CommandExec> for Context {
    fn lane(params: &CommandExecParams) -> Lane {
        params.process_id.clone().map_or(Lane::Concurrent, Lane::Process)
    }

    async fn handle(&self, params: CommandExecParams) -> Result<Reply<CommandExecResponse>, RpcError> {
        let limits = Limits::of(&params)?;
        let name = params.process_id.clone().map(Name::command);
        let streams = params.stream_stdout_stderr || limits.terminal.is_some();
        if name.is_none() && (streams || params.stream_stdin) {
            let text = "command/exec tty or streaming requires a client-supplied processId";
            return Err(RpcError::invalid_request(text));
        }
        if let Some(name) = name.as_ref().filter(|name| self.processes().knows(name)) {
            let text = format!("duplicate active command/exec process id: {:?}", name.text);
            return Err(RpcError::invalid_request(text));
        }
        let stdin = if params.stream_stdin { Stdin::Pipe } else { Stdin::Null };
        let (launch, policy) = self.plan_command(params).await?;
        let Limits { terminal, time, cap } = limits;
        let started = self.processes().start(Start { launch, stdin, terminal, time }).await;
        let (process, output) = started.map_err(|error| not_started("command", error))?;
        let teller = name.clone().filter(|_| streams);
        let teller = teller.map(|name| Teller { outgoing: self.outgoing().clone(), name });
        let named = name.map(|name| self.processes().name(name, process));
        let context = self.clone();
        Ok(Reply::later(async move {
            context.tell_of_sandbox(&policy).await;
            let memory = context.processes().output_kib();
            let Ended { exit, stdout, stderr, kept } = follow(output, Delivery { teller, cap }, memory).await;
            // The client may use the name again as soon as it reads the answer.
            drop(named);
            let response =
                CommandExecResponse { exit_code: exit.code, stdout: stdout.text, stderr: stderr.text };
            Ok(Reply::new(response).keeping(kept))
        }))
    }
}

/// What the numbers of a request come to.
struct Limits {
    terminal: Option<TerminalSize>,
    time: Option<Duration>,
    cap: Option<u64>,
}

impl Limits {
    fn of(params: &CommandExecParams) -> Result<Self, RpcError> {
        request::command(&params.command)?;
        let size = params.size.map(|size| request::size(METHOD, size.rows, size.cols));
        let time = match (params.timeout_ms, params.disable_timeout) {
            (Some(_), true) => return Err(both("timeoutMs", "disableTimeout")),
            (None, true) => None,
            (Some(milliseconds), false) => Some(request::time(METHOD, milliseconds)?),
            (None, false) => Some(TIME),
        };
        let cap = match (params.output_bytes_cap, params.disable_output_cap) {
            (Some(_), true) => return Err(both("outputBytesCap", "disableOutputCap")),
            (None, true) => None,
            (cap, false) => Some(cap.unwrap_or(CAP)),
        };
        Ok(Self { terminal: request::terminal(METHOD, params.tty, size)?, time, cap })
    }
}

fn both(one: &str, other: &str) -> RpcError {
    RpcError::invalid_params(format!("command/exec cannot set both {one} and {other}"))
}

impl Context {
    /// How a command is started, and under which policy.
    async fn plan_command(
        &self,
        params: CommandExecParams,
    ) -> Result<(codex_core::sandbox::launch::Launch, SandboxPolicy), RpcError> {
        let loaded = self.base_config().await?;
        if let Some(error) = loaded.error {
            return Err(error.into());
        }
        let directory = self.configs().directory();
        let cwd = params.cwd.map_or_else(|| directory.clone(), |cwd| directory.join(PathBuf::from(cwd)));
        let wanted = (params.sandbox_policy, params.permission_profile);
        let (policy, root) = match wanted {
            (Some(_), Some(_)) => {
                let text = "`permissionProfile` cannot be combined with `sandboxPolicy`";
                return Err(RpcError::invalid_request(text));
            }
            // A policy speaks of the server's own directory, a profile of where the command runs.
            (Some(policy), None) => (sandbox_policy(policy)?, directory.clone()),
            (None, Some(id)) => (of_profile(&id, &loaded.config)?, cwd.clone()),
            (None, None) => (loaded.config.sandbox_policy.clone(), directory.clone()),
        };
        let shared = self.conversations().shared();
        let variables = &loaded.config.shell_environment_policy;
        let env = request::environment(&shared.variables, variables, &policy, params.env)?;
        let spec = CommandSpec { argv: params.command, cwd, env };
        let sandbox = Sandbox::clone(&shared.sandbox).with_unreadable(unreadable(&loaded.config));
        let config = &loaded.config;
        let sandbox = sandbox.with_trusted(config.trusted_folder.clone(), config.trusted_folders.clone());
        self.plan(sandbox, policy, root, spec, "command").await
    }

    /// Plans away from the runtime's own threads: folders may lie on disks that do not answer.
    pub(in crate::handlers) async fn plan(
        &self,
        sandbox: Sandbox,
        policy: SandboxPolicy,
        root: AbsolutePath,
        spec: CommandSpec,
        what: &str,
    ) -> Result<(codex_core::sandbox::launch::Launch, SandboxPolicy), RpcError> {
        let tasks = &self.conversations().shared().group;
        let planned = tasks.spawn_blocking(move || (sandbox.plan(&policy, &root, spec), policy));
        let failed = |error| RpcError::internal(format!("failed to spawn {what}")).caused_by(error);
        let (launch, policy) = planned.await.map_err(failed)?;
        Ok((launch.map_err(|error| not_started(what, error.into()))?, policy))
    }
}

fn of_profile(id: &str, config: &Config) -> Result<SandboxPolicy, RpcError> {
    let wrong = |problem| RpcError::invalid_request(format!("`permissionProfile`: {problem}"));
    Ok(config.permission_profile(id).map_err(wrong)?.policy)
}

fn unreadable(config: &Config) -> Vec<PathBuf> {
    config.sandbox_unreadable_paths.iter().map(|path| path.as_path().to_path_buf()).collect()
}
