//! `process/spawn`: starts a process without a sandbox. What becomes of it is told after the answer.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ProcessSpawn;
use codex_app_server_protocol::v2::process::{
    ProcessExitedNotification, ProcessSpawnParams, ProcessSpawnResponse,
};
use codex_core::exec::streams::Stdin;
use codex_core::sandbox::Sandbox;
use codex_core::sandbox::command::CommandSpec;
use codex_protocol::policy::SandboxPolicy;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;
use crate::processes::follow::{Delivery, Ended, Teller, follow};
use crate::processes::request::{self, CAP, TIME, not_started};
use crate::processes::{Name, Start};

const METHOD: &str = "process/spawn";

impl Handle<ProcessSpawn> for Context {
    fn lane(params: &ProcessSpawnParams) -> Lane {
        Lane::Process(params.process_handle.clone())
    }

    async fn handle(&self, params: ProcessSpawnParams) -> Result<Reply<ProcessSpawnResponse>, RpcError> {
        request::command(&params.command)?;
        if params.process_handle.is_empty() {
            return Err(RpcError::invalid_request("processHandle must not be empty"));
        }
        let size = params.size.map(|size| request::size("process", size.rows, size.cols));
        let terminal = request::terminal(METHOD, params.tty, size)?;
        let time = match params.timeout_ms {
            None => Some(TIME),
            Some(None) => None,
            Some(Some(milliseconds)) => Some(request::time(METHOD, milliseconds)?),
        };
        let cap = params.output_bytes_cap.unwrap_or(Some(CAP));
        let cwd = absolute("cwd", &params.cwd)?;
        let name = Name::process(params.process_handle);
        if self.processes().knows(&name) {
            let text = format!("duplicate active process handle: {:?}", name.text);
            return Err(RpcError::invalid_request(text));
        }
        let loaded = self.base_config().await?;
        if let Some(error) = loaded.error {
            return Err(error.into());
        }
        let policy = SandboxPolicy::DangerFullAccess;
        let shared = self.conversations().shared();
        let variables = &loaded.config.shell_environment_policy;
        let env = request::environment(&shared.variables, variables, &policy, params.env)?;
        let spec = CommandSpec { argv: params.command, cwd: cwd.clone(), env };
        let sandbox = Sandbox::clone(&shared.sandbox);
        let (launch, _policy) = self.plan(sandbox, policy, cwd, spec, "process").await?;
        let stdin = if params.stream_stdin { Stdin::Pipe } else { Stdin::Null };
        let started = self.processes().start(Start { launch, stdin, terminal, time }).await;
        let (process, output) = started.map_err(|error| not_started("process", error))?;
        let named = self.processes().name(name.clone(), process);
        let streams = params.stream_stdout_stderr || terminal.is_some();
        let teller = streams.then(|| Teller { outgoing: self.outgoing().clone(), name: name.clone() });
        let context = self.clone();
        Ok(Reply::then(ProcessSpawnResponse {}, async move {
            let processes = context.processes().clone();
            processes.spawn(async move {
                let memory = context.processes().output_kib();
                let ended = follow(output, Delivery { teller, cap }, memory).await;
                // The client may use the name again as soon as it hears of the end.
                drop(named);
                let (exited, _kept) = exited(name, ended);
                context.outgoing().notify(&ServerNotification::ProcessExited(exited)).await;
            });
        }))
    }
}

fn exited(
    name: Name,
    ended: Ended,
) -> (ProcessExitedNotification, Option<tokio::sync::OwnedSemaphorePermit>) {
    let Ended { exit, stdout, stderr, kept } = ended;
    let exited = ProcessExitedNotification {
        process_handle: name.text,
        exit_code: exit.code,
        output_drain_timed_out: Some(exit.is_cut),
        stdout: stdout.text,
        stdout_cap_reached: stdout.cap_reached,
        stderr: stderr.text,
        stderr_cap_reached: stderr.cap_reached,
    };
    (exited, kept)
}
