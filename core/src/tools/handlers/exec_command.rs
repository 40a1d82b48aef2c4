//! `exec_command`: runs a command in the user's shell and gives back its output, or a session id when
//! it runs on.

use std::time::Duration;

use codex_protocol::event::EventMsg;
use codex_protocol::events::approval::ExecApprovalRequestEvent;
use codex_protocol::events::exec::{ExecOutputDeltaEvent, OutputStream};
use codex_protocol::ids::CallId;
use codex_protocol::policy::SandboxPolicy;
use codex_protocol::turn_item::{CommandExecutionItem, CommandSource, CommandStatus, TurnItem};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

use crate::base::cancel::or_cancelled;
use crate::base::paths::AbsolutePath;
use crate::base::time::now_ms;
use crate::context::truncate::OutputLimit;
use crate::exec::env::{CommandEnvironment, Network};
use crate::exec::parse::patch_script::{self, PatchScript};
use crate::exec::parse::summary::summarize;
use crate::exec::safety;
use crate::exec::shell::{Login, Shell};
use crate::exec::streams::TerminalSize;
use crate::exec::unified::OpenRequest;
use crate::exec::unified::session::ExecSession;
use crate::model::tool_spec::{FunctionTool, ToolSpec};
use crate::sandbox::command::CommandSpec;
use crate::sandbox::denial;
use crate::sandbox::launch::Launch;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::handlers::exec_output::ExecOutput;
use crate::tools::handlers::owned::Owned;
use crate::tools::handlers::patch_request;
use crate::tools::handlers::terminal::{ended_item, hand_over};
use crate::tools::orchestrator;
use crate::tools::registry::ToolHandler;
use crate::tools::sandboxed::{Attempted, Boundary, Retry, Risk, Sandboxed};
use crate::turn::approval::{ApprovalKey, ApprovalRequest};
use crate::turn::port::SessionTaskContext;
use crate::turn::services::SessionServices;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    cmd: String,
    workdir: Option<String>,
    shell: Option<String>,
    login: Option<bool>,
    #[serde(default)]
    tty: bool,
    yield_time_ms: Option<f64>,
    max_output_tokens: Option<f64>,
    #[serde(default)]
    sandbox_permissions: SandboxPermissions,
    justification: Option<String>,
    /// Taken, but rules for good are not kept yet.
    #[serde(rename = "prefix_rule")]
    _prefix_rule: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SandboxPermissions {
    #[default]
    UseDefault,
    RequireEscalated,
}

const NAME: &str = "exec_command";

#[derive(Debug)]
pub struct ExecCommand;

impl ToolHandler for ExecCommand {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::Function(FunctionTool {
            name: NAME.into(),
            description: "Runs a shell command. Returns its output, or a session ID if it is still running \
                          after the yield time."
                .into(),
            strict: false,
            parameters: json!({
                "type": "object",
                "properties": {
                    "cmd": {"type": "string", "description": "The command line, in the syntax of the shell."},
                    "workdir": {"type": "string", "description": "Folder to run in. The working directory of the turn if left out."},
                    "shell": {"type": "string", "description": "Path of the shell. The user's own if left out."},
                    "login": {"type": "boolean", "description": "Whether the shell reads the user's login scripts. True if left out."},
                    "tty": {"type": "boolean", "description": "Whether the command gets a terminal, so that it can be written to later. False if left out."},
                    "yield_time_ms": {"type": "number", "description": "How long to wait for the end before returning what there is: 250 to 30000, 10000 if left out."},
                    "max_output_tokens": {"type": "number", "description": "How much output to return, 10000 tokens if left out. The middle is cut."},
                    "sandbox_permissions": {
                        "type": "string",
                        "enum": ["use_default", "require_escalated"],
                        "description": "`require_escalated` asks the user to let the command run outside the sandbox."
                    },
                    "justification": {"type": "string", "description": "The question to the user, with `require_escalated` only."},
                    "prefix_rule": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "First words of `cmd` that the user may allow for good, with `require_escalated` only."
                    }
                },
                "required": ["cmd"],
                "additionalProperties": false
            }),
        }))
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn run<'a>(
        &'a self,
        call: &'a ToolCall,
        context: &'a SessionTaskContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let arguments: Arguments = call.arguments()?;
            match patch_script::find(&arguments.cmd) {
                Some(PatchScript::Applies { folder, patch }) => {
                    let mut cwd = directory(arguments.workdir, context);
                    if let Some(folder) = folder {
                        cwd = cwd.join(folder);
                    }
                    expect_directory(&cwd, context).await?;
                    return patch_request::apply(&call.call_id, patch, cwd, context).await;
                }
                Some(PatchScript::OnlyPatch) => return Err(ToolError::RespondToModel(ONLY_PATCH.into())),
                None => {}
            }
            let limit = arguments.max_output_tokens.map_or_else(OutputLimit::default, limit_of);
            let limit = limit.min(context.turn.output_limit);
            let request = ExecRequest::new(call.call_id.clone(), arguments, context)?;
            expect_directory(&request.spec.cwd, context).await?;
            let output = orchestrator::run(request, context).await?;
            Ok(ToolOutput::text(output.render(limit)))
        })
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // floats saturate when cast
pub(super) fn limit_of(tokens: f64) -> OutputLimit {
    OutputLimit::tokens(tokens.max(1.0) as usize)
}

/// The time to wait, within what is allowed.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // floats saturate when cast
pub(super) fn yield_time(asked: Option<f64>, default_ms: u64, most_ms: u64) -> Duration {
    Duration::from_millis(asked.map_or(default_ms, |ms| ms.max(0.0) as u64).min(most_ms).max(250))
}

/// As with a plan, the disk may not answer.
async fn expect_directory(directory: &AbsolutePath, context: &SessionTaskContext) -> Result<(), ToolError> {
    let path = directory.clone();
    let look = context.services.group.spawn_blocking(move || path.as_path().is_dir());
    if or_cancelled(&context.token, look).await?.unwrap_or(false) {
        return Ok(());
    }
    Err(ToolError::RespondToModel(format!("the working directory `{directory}` does not exist")))
}

const ONLY_PATCH: &str = "the command is a patch and does not say what to do with it; call the tool `apply_patch`, or \
                          write `apply_patch <<'EOF'` above it and `EOF` below";

/// Where a call wants to run.
fn directory(workdir: Option<String>, context: &SessionTaskContext) -> AbsolutePath {
    workdir.map_or_else(|| context.turn.cwd.clone(), |workdir| context.turn.cwd.join(workdir))
}

/// Plans a launch away from the runtime's own threads: folders may lie on disks that do not answer.
pub async fn plan(
    services: &SessionServices,
    policy: &SandboxPolicy,
    cwd: &AbsolutePath,
    spec: CommandSpec,
) -> Result<Launch, String> {
    let (sandbox, policy, cwd) = (services.sandbox.clone(), policy.clone(), cwd.clone());
    let planned = services.group.spawn_blocking(move || sandbox.plan(&policy, &cwd, spec));
    match planned.await {
        Ok(launch) => launch.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// One command on its way through the orchestrator.
struct ExecRequest {
    call_id: CallId,
    spec: CommandSpec,
    /// How many variables of this process the command does not get.
    withheld: usize,
    tty: bool,
    yield_time: Duration,
    escalate: bool,
    justification: Option<String>,
    started_at_ms: i64,
    is_announced: bool,
    /// How an attempt ended that may be followed by another.
    end: Option<EventMsg>,
}

impl ExecRequest {
    fn new(call_id: CallId, arguments: Arguments, context: &SessionTaskContext) -> Result<Self, ToolError> {
        let services = &context.services;
        let shell = match &arguments.shell {
            Some(path) => Shell::at(path),
            None => services.shell.clone(),
        };
        let cwd = directory(arguments.workdir, context);
        let login = match (arguments.login, services.config.allow_login_shell) {
            (Some(true), false) => {
                let text = "login shells are switched off by the configuration; leave `login` out";
                return Err(ToolError::RespondToModel(text.into()));
            }
            (Some(true) | None, true) => Login::Yes,
            (Some(false), _) | (None, false) => Login::No,
        };
        let argv = shell.argv(login, &arguments.cmd);
        Ok(Self {
            call_id,
            // The variables depend on where it runs.
            spec: CommandSpec { argv, cwd, env: Vec::new() },
            withheld: 0,
            tty: arguments.tty,
            yield_time: yield_time(arguments.yield_time_ms, 10_000, 30_000),
            escalate: arguments.sandbox_permissions == SandboxPermissions::RequireEscalated,
            justification: arguments.justification,
            started_at_ms: now_ms(),
            is_announced: false,
            end: None,
        })
    }

    fn item(&self, source: CommandSource, process_id: Option<String>) -> CommandExecutionItem {
        CommandExecutionItem {
            id: (&self.call_id).into(),
            process_id,
            command: self.spec.argv.clone(),
            cwd: self.spec.cwd.as_path().to_path_buf(),
            parsed_cmd: summarize(&self.spec.argv),
            source,
            status: CommandStatus::InProgress,
            aggregated_output: None,
            exit_code: None,
            duration: None,
        }
    }

    async fn open(&mut self, context: &SessionTaskContext, boundary: Boundary) -> Result<Owned, ToolError> {
        let services = &context.services;
        let policy = &context.turn.sandbox_policy;
        let policy = match boundary {
            Boundary::Sandbox => policy,
            Boundary::None => &SandboxPolicy::DangerFullAccess,
        };
        let spec = CommandSpec { env: self.variables(context, policy), ..self.spec.clone() };
        let opened = match plan(services, policy, &context.turn.cwd, spec).await {
            Ok(launch) => {
                let request =
                    OpenRequest { launch, tty: self.tty, size: TerminalSize::default(), timeout: None };
                services.exec.open(request).await.map_err(|error| error.to_string())
            }
            Err(text) => Err(text),
        };
        match opened {
            Ok(session) => {
                let owned = Owned::new(session);
                self.announce(context, Some(owned.id().to_string())).await;
                Ok(owned)
            }
            Err(text) => {
                self.announce(context, None).await;
                context.report_end(self.not_run(context, CommandStatus::Failed, Some(text.clone()))).await;
                Err(ToolError::RespondToModel(format!("the command could not be started: {text}")))
            }
        }
    }

    /// What has begun is told even in a turn that is cancelled meanwhile: its end will be, too.
    async fn announce(&mut self, context: &SessionTaskContext, process_id: Option<String>) {
        if !self.is_announced {
            self.is_announced = true;
            let item = TurnItem::CommandExecution(self.item(CommandSource::UnifiedExecStartup, process_id));
            context.report_end(context.started(item, self.started_at_ms)).await;
        }
    }

    /// Ends a command whose turn was cancelled, with all it started.
    async fn cut_off(&self, context: &SessionTaskContext, session: &ExecSession) -> ToolError {
        let exit = session.kill().await;
        let item = ended_item(self.item(CommandSource::UnifiedExecStartup, None), session, exit.code);
        context.report_end(context.completed(item, self.started_at_ms)).await;
        ToolError::Interrupted
    }

    fn variables(&mut self, context: &SessionTaskContext, policy: &SandboxPolicy) -> Vec<(String, String)> {
        let services = &context.services;
        let environment = CommandEnvironment::new(
            &services.variables,
            &services.config.shell_environment_policy,
            Network::from(policy),
        );
        self.withheld = environment.withheld;
        environment.vars
    }

    /// The end of a command that did not run.
    fn not_run(
        &self,
        context: &SessionTaskContext,
        status: CommandStatus,
        output: Option<String>,
    ) -> EventMsg {
        let item = CommandExecutionItem {
            status,
            aggregated_output: output,
            duration: Some(Duration::ZERO),
            ..self.item(CommandSource::UnifiedExecStartup, None)
        };
        context.completed(TurnItem::CommandExecution(item), self.started_at_ms)
    }

    /// Reports output as it comes until the command ends or the time is over.
    async fn follow(&self, context: &SessionTaskContext, session: &ExecSession) -> Result<(), ToolError> {
        let deadline = tokio::time::sleep(self.yield_time);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                biased;
                () = context.token.cancelled() => return Err(self.cut_off(context, session).await),
                // Before the output, of which there may be no end.
                () = &mut deadline => return Ok(()),
                delta = session.next_delta() => match delta {
                    None => return Ok(()),
                    Some(piece) => self.report_output(context, piece).await,
                },
            }
        }
    }

    async fn report_output(&self, context: &SessionTaskContext, (stream, delta): (OutputStream, String)) {
        let delta = ExecOutputDeltaEvent { item_id: (&self.call_id).into(), stream, delta };
        // A cancellation is seen by whoever goes on with the command, and ends it.
        let _ = context.emit(EventMsg::ExecOutputDelta(delta)).await;
    }
}

impl Sandboxed for ExecRequest {
    type Output = ExecOutput;

    fn risk(&self) -> Risk {
        if safety::is_known_safe(&self.spec.argv) {
            Risk::Safe
        } else if safety::is_dangerous(&self.spec.argv) {
            Risk::Dangerous
        } else {
            Risk::Unknown
        }
    }

    fn wants_escalation(&self) -> bool {
        self.escalate
    }

    fn rejection(&self) -> &'static str {
        "exec command rejected by user"
    }

    fn question(&self, context: &SessionTaskContext, retry: Retry) -> ApprovalRequest {
        let reason = match retry {
            Retry::First => self.justification.clone(),
            Retry::AfterDenial => {
                Some("The sandbox stopped the command. Run it again without the sandbox?".into())
            }
        };
        let escalated = self.escalate || retry == Retry::AfterDenial;
        let item = TurnItem::CommandExecution(self.item(CommandSource::Agent, None));
        let announce =
            if self.is_announced { Vec::new() } else { vec![context.started(item, self.started_at_ms)] };
        ApprovalRequest {
            call_id: self.call_id.clone(),
            keys: vec![ApprovalKey::of(&(&self.spec.argv, &self.spec.cwd, escalated))],
            announce,
            withdrawn: self
                .end
                .clone()
                .unwrap_or_else(|| self.not_run(context, CommandStatus::Declined, None)),
            question: EventMsg::ExecApprovalRequest(ExecApprovalRequestEvent {
                call_id: self.call_id.clone(),
                command: self.spec.argv.clone(),
                cwd: self.spec.cwd.as_path().to_path_buf(),
                reason,
                parsed_cmd: summarize(&self.spec.argv),
                // Rules for good are not kept yet, so none is proposed.
                proposed_execpolicy_amendment: None,
            }),
        }
    }

    fn announced(&mut self) {
        self.is_announced = true;
    }

    async fn settle(&mut self, context: &SessionTaskContext) {
        if let Some(end) = self.end.take() {
            context.report_end(end).await;
        }
    }

    async fn declined(&mut self, context: &SessionTaskContext) {
        if self.end.is_some() {
            // It has run once, and how that ended is how it ends.
            self.settle(context).await;
        } else if self.is_announced {
            context.report_end(self.not_run(context, CommandStatus::Declined, None)).await;
        }
    }

    async fn attempt(
        &mut self,
        context: &SessionTaskContext,
        boundary: Boundary,
    ) -> Result<Attempted<ExecOutput>, ToolError> {
        // A further attempt tells how the command ends in the place of the last one.
        self.end = None;
        let owned = self.open(context, boundary).await?;
        self.follow(context, &owned).await?;
        // Only this says whether it runs on: it may have ended since its time was over.
        let collected = owned.collect(Duration::ZERO, &context.token).await;
        let mut output = ExecOutput {
            text: collected.output,
            wall_seconds: owned.age().as_secs_f64(),
            exit_code: collected.exit.map(|exit| exit.code),
            session_id: owned.id(),
            notes: Vec::new(),
        };
        if self.withheld > 0 {
            output
                .notes
                .push(format!("{} environment variables were withheld from this command", self.withheld));
        }
        let Some(exit) = collected.exit else {
            if context.sync().await.is_err() {
                return Err(self.cut_off(context, &owned).await);
            }
            let item = self.item(CommandSource::UnifiedExecStartup, Some(owned.id().to_string()));
            hand_over(context, owned.release(), item, self.started_at_ms);
            return Ok(Attempted::Done(output));
        };
        while let Some(piece) = owned.next_delta().await {
            self.report_output(context, piece).await;
        }
        let item = ended_item(self.item(CommandSource::UnifiedExecStartup, None), &owned, exit.code);
        let end = context.completed(item, self.started_at_ms);
        if owned.is_sandboxed() {
            let denied = denial::looks_denied(exit.code, &output.text);
            let may_escalate = orchestrator::may_escalate(context.turn.approval_policy);
            let strength = context.services.sandbox.strength();
            output.notes.extend(denial::notes(denied, &output.text, may_escalate, strength));
            if denied {
                self.end = Some(end);
                return Ok(Attempted::Denied(output));
            }
        }
        context.report_end(end).await;
        Ok(Attempted::Done(output))
    }
}
