//! A command of the user's own: run in the user's shell, with all the rights of the user, whatever the sandbox.
//!
//! It makes a turn of its own, or runs beside the work of the running turn. The client sees it as an item. The
//! model is asked nothing; it sees command and output with its next request.

use std::time::Duration;

use codex_protocol::event::EventMsg;
use codex_protocol::events::exec::ExecOutputDeltaEvent;
use codex_protocol::ids::ItemId;
use codex_protocol::policy::SandboxPolicy;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::turn_item::{CommandExecutionItem, CommandSource, CommandStatus, TurnItem};
use futures::future::BoxFuture;

use crate::base::cancel::Interrupted;
use crate::base::time::now_ms;
use crate::exec::NO_EXIT_CODE;
use crate::exec::env::{CommandEnvironment, Network};
use crate::exec::parse::summary::summarize;
use crate::exec::shell::Login;
use crate::exec::unified::OpenRequest;
use crate::exec::unified::session::ExecSession;
use crate::sandbox::command::CommandSpec;
use crate::tasks::{SessionTask, TaskKind};
use crate::tools::handlers::owned::Owned;
use crate::tools::planning::{Profile, plan};
use crate::turn::port::SessionTaskContext;

/// How long a command may run if nobody says otherwise.
const TIME: Duration = Duration::from_secs(60 * 60);
/// What the model is told of a command that the user has cut off.
const ABORTED: &str = "command aborted by user";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserShellTask {
    pub command: String,
    pub time: Duration,
}

impl UserShellTask {
    pub fn new(command: String, time: Option<Duration>) -> Self {
        Self { command, time: time.unwrap_or(TIME) }
    }

    async fn open(&self, spec: CommandSpec, context: &SessionTaskContext) -> Result<Owned, String> {
        let services = &context.services;
        let policy = SandboxPolicy::DangerFullAccess;
        let profile = match login(context) {
            Login::Yes => Profile::OnceFor { script: self.command.clone() },
            Login::No => Profile::EachTime,
        };
        let launch = plan(services, &policy, &context.turn.cwd, spec, profile).await?;
        let request = OpenRequest { timeout: Some(self.time), ..OpenRequest::new(launch) };
        services.exec.open(request).await.map(Owned::new).map_err(|error| error.to_string())
    }

    /// What the model sees of it.
    fn message(
        &self,
        item: &CommandExecutionItem,
        output: &str,
        context: &SessionTaskContext,
    ) -> ResponseItem {
        let output = context.turn.output_limit.cut(output.to_owned());
        let (command, code) = (&self.command, item.exit_code.unwrap_or(NO_EXIT_CODE));
        let seconds = item.duration.unwrap_or_default().as_secs_f64();
        ResponseItem::message(
            "user",
            format!(
                "<user_shell_command>\n<command>\n{command}\n</command>\n<result>\nExit code: {code}\nDuration: \
                 {seconds:.4} seconds\nOutput:\n{output}\n</result>\n</user_shell_command>"
            ),
        )
    }
}

impl SessionTask for UserShellTask {
    fn kind(&self) -> TaskKind {
        TaskKind::UserShell
    }

    fn run(self: Box<Self>, context: SessionTaskContext) -> BoxFuture<'static, Result<(), Interrupted>> {
        Box::pin(async move {
            let spec = spec(&self.command, &context);
            let mut item = begun(&spec);
            let started_at_ms = now_ms();
            let started = context.started(TurnItem::CommandExecution(item.clone()), started_at_ms);
            context.report_end(started).await;
            let mut for_model = None;
            match self.open(spec, &context).await {
                Ok(session) => {
                    let followed = follow(&item.id, &session, &context).await;
                    let exit = session.wait().await;
                    let output = session.aggregated();
                    if followed.is_err() {
                        for_model = Some([output.as_str(), ABORTED].join("\n").trim_start().to_owned());
                    }
                    item.exit_code = Some(exit.code);
                    item.duration = Some(session.age());
                    item.aggregated_output = Some(output);
                    // Nobody will ask for its output again.
                    let _ = session.collect(Duration::ZERO, &context.token).await;
                }
                Err(text) => {
                    item.exit_code = Some(NO_EXIT_CODE);
                    item.duration = Some(Duration::ZERO);
                    item.aggregated_output = Some(format!("the command could not be started: {text}"));
                }
            }
            let has_succeeded = item.exit_code == Some(0);
            item.status = if has_succeeded { CommandStatus::Completed } else { CommandStatus::Failed };
            let for_model = for_model.or_else(|| item.aggregated_output.clone()).unwrap_or_default();
            let message = self.message(&item, &for_model, &context);
            item.aggregated_output = item.aggregated_output.filter(|output| !output.is_empty());
            // Both belong to what has begun, whatever became of the turn. In this order, so that the next request shows
            // what the client has seen complete.
            context.show_later(vec![message]).await;
            context.report_end(context.completed(TurnItem::CommandExecution(item), started_at_ms)).await;
            if context.token.is_cancelled() { Err(Interrupted) } else { Ok(()) }
        })
    }
}

fn spec(command: &str, context: &SessionTaskContext) -> CommandSpec {
    let services = &context.services;
    let policy = &services.config.shell_environment_policy;
    CommandSpec {
        argv: services.shell.argv(login(context), command),
        cwd: context.turn.cwd.clone(),
        env: CommandEnvironment::new(&services.variables, policy, Network::Allowed).vars,
    }
}

fn login(context: &SessionTaskContext) -> Login {
    if context.services.config.allow_login_shell { Login::Yes } else { Login::No }
}

fn begun(spec: &CommandSpec) -> CommandExecutionItem {
    CommandExecutionItem {
        id: ItemId::fresh(),
        process_id: None,
        command: spec.argv.clone(),
        cwd: spec.cwd.as_path().to_path_buf(),
        parsed_cmd: summarize(&spec.argv),
        source: CommandSource::UserShell,
        status: CommandStatus::InProgress,
        aggregated_output: None,
        exit_code: None,
        duration: None,
    }
}

/// Reports output as it comes until the command ends. When the turn is cancelled, so is the command.
async fn follow(id: &ItemId, session: &ExecSession, context: &SessionTaskContext) -> Result<(), Interrupted> {
    loop {
        let piece = tokio::select! {
            biased;
            () = context.token.cancelled() => None,
            piece = session.next_delta() => match piece {
                Some(piece) => Some(piece),
                None => return Ok(()),
            },
        };
        let told = match piece {
            Some((stream, delta)) => {
                let delta = ExecOutputDeltaEvent { item_id: id.clone(), stream, delta };
                context.emit(EventMsg::ExecOutputDelta(delta)).await
            }
            None => Err(Interrupted),
        };
        if told.is_err() {
            session.kill().await;
            return Err(Interrupted);
        }
    }
}
