//! One command of the model: approved where that is needed, run where its policy says, told as an item.
//!
//! Whichever tool brought it, this is the only way from a call to a process.

use std::time::Duration;

use codex_protocol::event::EventMsg;
use codex_protocol::events::approval::SandboxCommandAssessment;
use codex_protocol::events::exec::{ExecOutputDeltaEvent, OutputStream};
use codex_protocol::ids::CallId;
use codex_protocol::policy::SandboxPolicy;
use codex_protocol::turn_item::{
    CommandExecutionItem, CommandSource, CommandStatus, ParsedCommand, TurnItem,
};

use crate::base::cancel::Interrupted;
use crate::base::paths::AbsolutePath;
use crate::base::text;
use crate::exec::NO_EXIT_CODE;
use crate::exec::parse::summary::summarize;
use crate::exec::policy::judge::{self, Ruling};
use crate::exec::unified::session::ExecSession;
use crate::exec::unified::{MOST_RUNNING, OpenRequest};
use crate::sandbox::command::CommandSpec;
use crate::sandbox::denial;
use crate::tools::call::ToolError;
use crate::tools::handlers::command_input::Permission;
use crate::tools::handlers::exec_output::ExecOutput;
use crate::tools::handlers::exec_question::{self, Verdict};
use crate::tools::handlers::owned::Owned;
use crate::tools::handlers::terminal::{ended_item, hand_over};
use crate::tools::orchestrator;
use crate::tools::planning::{Profile, plan, variables};
use crate::tools::progress::ItemProgress;
use crate::tools::sandboxed::{Attempted, Boundary, Retry, Risk, Sandboxed};
use crate::turn::approval::ApprovalRequest;
use crate::turn::grants::Ground;
use crate::turn::port::SessionTaskContext;

const AGAIN: &str = "[run again outside the sandbox]\n";

/// One command on its way through the orchestrator.
pub struct CommandRequest {
    pub(super) call_id: CallId,
    /// The name under which it was called.
    tool: String,
    pub(super) spec: CommandSpec,
    /// How many variables of this process the command does not get.
    withheld: usize,
    /// What it does, as far as that can be told.
    pub(super) parsed: Vec<ParsedCommand>,
    profile: Profile,
    pub(super) tty: bool,
    patience: Patience,
    pub(super) permission: Permission,
    pub(super) verdict: Verdict,
    /// What the model thinks of it, if it was asked.
    pub(super) assessment: Option<SandboxCommandAssessment>,
    pub(super) progress: ItemProgress,
    first: Option<FirstAttempt>,
}

/// What clients know of an attempt in the sandbox when there is another: both are one item.
struct FirstAttempt {
    session_id: i32,
    output: String,
}

/// What a tool wants to run.
#[derive(Debug)]
pub struct Wanted {
    pub call_id: CallId,
    pub tool: String,
    pub argv: Vec<String>,
    pub profile: Profile,
    pub cwd: AbsolutePath,
    pub tty: bool,
    pub patience: Patience,
    pub permission: Permission,
}

/// How long a call waits for its command, and what becomes of it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// It runs on, as a background terminal.
    Yields(Duration),
    /// It is ended.
    Ends(Duration),
}

impl Patience {
    fn source(self) -> CommandSource {
        match self {
            Self::Yields(_) => CommandSource::UnifiedExecStartup,
            Self::Ends(_) => CommandSource::Agent,
        }
    }

    fn time_limit(self) -> Option<Duration> {
        match self {
            Self::Yields(_) => None,
            Self::Ends(time) => Some(time),
        }
    }
}

impl CommandRequest {
    /// Runs a command; returns how it ended, or what there is of one that runs on.
    pub async fn run(wanted: Wanted, context: &SessionTaskContext) -> Result<ExecOutput, ToolError> {
        let mut request = Self::new(wanted, context).await?;
        // Before anybody is asked about what cannot run.
        if let Some(why) = request.verdict.no_place.take() {
            request.not_started(context, why.clone()).await;
            return Err(ToolError::RespondToModel(why));
        }
        orchestrator::run(request, context).await
    }

    /// With what the rules say of it as their files are now.
    async fn new(wanted: Wanted, context: &SessionTaskContext) -> Result<Self, ToolError> {
        let Wanted { call_id, tool, argv, profile, cwd, tty, patience, permission } = wanted;
        // The variables depend on where it runs.
        let spec = CommandSpec { argv, cwd, env: Vec::new() };
        let verdict = Verdict::of(&spec, tty, &permission, context).await?;
        Ok(Self {
            call_id,
            tool,
            parsed: summarize(&spec.argv),
            spec,
            withheld: 0,
            profile,
            tty,
            patience,
            permission,
            verdict,
            assessment: None,
            progress: ItemProgress::starting_now(),
            first: None,
        })
    }

    pub(super) fn item(&self, process_id: Option<String>) -> CommandExecutionItem {
        CommandExecutionItem {
            id: (&self.call_id).into(),
            process_id,
            command: self.spec.argv.clone(),
            cwd: self.spec.cwd.as_path().to_path_buf(),
            parsed_cmd: self.parsed.clone(),
            source: self.patience.source(),
            status: CommandStatus::InProgress,
            aggregated_output: self.first.as_ref().map(|first| first.output.clone()),
            exit_code: None,
            duration: None,
        }
    }

    async fn open(&mut self, context: &SessionTaskContext, boundary: Boundary) -> Result<Owned, ToolError> {
        let services = &context.services;
        let Ground { policy, cwd } = match boundary {
            Boundary::Sandbox => context.ground().await,
            Boundary::None => {
                Ground { policy: SandboxPolicy::DangerFullAccess, cwd: context.turn.cwd.clone() }
            }
        };
        let spec = CommandSpec { env: self.variables(context, &policy), ..self.spec.clone() };
        let opened = match plan(services, &policy, &cwd, spec, self.profile.clone()).await {
            Ok(launch) => {
                let timeout = self.patience.time_limit();
                let request = OpenRequest { tty: self.tty, timeout, ..OpenRequest::new(launch) };
                let opened = match &self.first {
                    Some(first) => services.exec.open_as(first.session_id, request).await,
                    None => services.exec.open(request).await,
                };
                opened.map_err(|error| error.to_string())
            }
            Err(text) => Err(text),
        };
        match opened {
            Ok(session) => {
                let owned = Owned::new(session);
                self.progress.begin(self.begun(self.process_id(owned.id())), context).await;
                Ok(owned)
            }
            Err(text) => {
                self.not_started(context, text.clone()).await;
                Err(ToolError::RespondToModel(format!("the command could not be started: {text}")))
            }
        }
    }

    fn begun(&self, process_id: Option<String>) -> TurnItem {
        TurnItem::CommandExecution(self.item(process_id))
    }

    /// Ends a command whose turn was cancelled, with all it started.
    async fn cut_off(&self, context: &SessionTaskContext, session: &ExecSession) -> ToolError {
        let exit = session.kill().await;
        let item = ended_item(self.item(self.process_id(session.id())), session, exit.code);
        context.report_end(self.progress.completed(item, context)).await;
        ToolError::Interrupted
    }

    /// Only what may run on is known by a number.
    fn process_id(&self, session_id: i32) -> Option<String> {
        match self.patience {
            Patience::Yields(_) => Some(session_id.to_string()),
            Patience::Ends(_) => None,
        }
    }

    fn variables(&mut self, context: &SessionTaskContext, policy: &SandboxPolicy) -> Vec<(String, String)> {
        let environment = variables(&context.services, policy);
        self.withheld = environment.withheld;
        environment.vars
    }

    /// Tells of a command that could not be started, from its beginning if need be.
    async fn not_started(&mut self, context: &SessionTaskContext, why: String) {
        // A further attempt goes on with what the first began.
        let process_id = self.first.as_ref().and_then(|first| self.process_id(first.session_id));
        self.progress.begin(self.begun(process_id.clone()), context).await;
        let mut item = self.item(process_id);
        item.status = CommandStatus::Failed;
        item.aggregated_output = Some(item.aggregated_output.unwrap_or_default() + &why);
        item.exit_code = Some(NO_EXIT_CODE);
        item.duration = Some(Duration::ZERO);
        context.report_end(self.progress.completed(TurnItem::CommandExecution(item), context)).await;
    }

    /// Reports output as it comes until the command ends or the time is over.
    async fn follow(&self, context: &SessionTaskContext, session: &ExecSession) -> Result<(), ToolError> {
        let deadline = async {
            match self.patience {
                Patience::Yields(time) => tokio::time::sleep(time).await,
                Patience::Ends(_) => std::future::pending().await,
            }
        };
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

    /// Where the output of the first attempt ends and that of the next begins, if this is the next.
    async fn tell_retry(&mut self, context: &SessionTaskContext) {
        let Some(first) = &mut self.first else { return };
        let is_whole_line = first.output.is_empty() || first.output.ends_with('\n');
        let line = if is_whole_line { AGAIN.to_owned() } else { format!("\n{AGAIN}") };
        first.output.push_str(&line);
        self.report_output(context, (OutputStream::Stderr, line)).await;
    }

    async fn report_output(&self, context: &SessionTaskContext, (stream, delta): (OutputStream, String)) {
        let delta = ExecOutputDeltaEvent { item_id: (&self.call_id).into(), stream, delta };
        // A cancellation is seen by whoever goes on with the command, and ends it.
        let _ = context.emit(EventMsg::ExecOutputDelta(delta)).await;
    }
}

impl Sandboxed for CommandRequest {
    type Output = ExecOutput;

    fn call(&self) -> (&str, &CallId) {
        (&self.tool, &self.call_id)
    }

    fn risk(&self) -> Risk {
        self.verdict.risk
    }

    fn ruling(&self) -> Ruling {
        self.verdict.ruling.clone()
    }

    fn wants_escalation(&self) -> bool {
        self.permission.escalates
    }

    fn rejection(&self) -> &'static str {
        "exec command rejected by user"
    }

    fn not_retried(&self, mut output: ExecOutput) -> ExecOutput {
        output.notes.push("it was not allowed to run again outside the sandbox".into());
        output
    }

    async fn consider(&mut self, context: &SessionTaskContext, retry: Retry) -> Result<(), Interrupted> {
        self.assessment = exec_question::assess(self, context, retry).await?;
        Ok(())
    }

    fn question(&self, context: &SessionTaskContext, retry: Retry) -> ApprovalRequest {
        exec_question::question(self, context, retry)
    }

    fn is_about(&self, words: &[String]) -> bool {
        judge::is_about(words, &self.spec.argv)
    }

    fn progress(&mut self) -> &mut ItemProgress {
        &mut self.progress
    }

    fn declined(&self, context: &SessionTaskContext) -> EventMsg {
        let item = CommandExecutionItem {
            source: CommandSource::Agent,
            status: CommandStatus::Declined,
            ..self.item(None)
        };
        self.progress.completed(TurnItem::CommandExecution(item), context)
    }

    async fn attempt(
        &mut self,
        context: &SessionTaskContext,
        boundary: Boundary,
    ) -> Result<Attempted<ExecOutput>, ToolError> {
        self.progress.try_again();
        self.tell_retry(context).await;
        let owned = self.open(context, boundary).await?;
        self.follow(context, &owned).await?;
        // Only this says whether it runs on: it may have ended since its time was over.
        let collected = owned.collect(Duration::ZERO, &context.token).await;
        let notes = collected.limit_note().into_iter().collect();
        let mut output = ExecOutput {
            text: collected.output,
            wall_seconds: owned.age().as_secs_f64(),
            exit_code: collected.exit.map(|exit| exit.code),
            timed_out: self
                .patience
                .time_limit()
                .filter(|_| collected.exit.is_some_and(|exit| exit.timed_out)),
            session_id: owned.id(),
            notes,
        };
        if self.withheld > 0 {
            output
                .notes
                .push(format!("{} environment variables were withheld from this command", self.withheld));
        }
        if let Some((id, argv)) = owned.displaced() {
            let command = argv.last().map(String::as_str).unwrap_or_default();
            let command = text::head(command, 200);
            let note =
                format!("the idle session {id} (`{command}`) was ended: {MOST_RUNNING} may run at once");
            output.notes.push(note);
        }
        let Some(exit) = collected.exit else {
            if context.sync().await.is_err() {
                return Err(self.cut_off(context, &owned).await);
            }
            let item = self.item(self.process_id(owned.id()));
            hand_over(context, owned.release(), item, self.progress.started_at_ms());
            return Ok(Attempted::Done(output));
        };
        while let Some(piece) = owned.next_delta().await {
            self.report_output(context, piece).await;
        }
        let item = ended_item(self.item(self.process_id(owned.id())), &owned, exit.code);
        let end = self.progress.completed(item, context);
        if owned.is_sandboxed() && !exit.timed_out {
            let denied = denial::looks_denied(exit.code, &output.text);
            let may_escalate = orchestrator::may_escalate(context.turn.approval_policy);
            let strength = context.services.sandbox.strength();
            output.notes.extend(denial::notes(denied, &output.text, may_escalate, strength));
            if denied {
                self.progress.may_end_with(end);
                self.first = Some(FirstAttempt { session_id: owned.id(), output: owned.aggregated() });
                return Ok(Attempted::Denied(output));
            }
        }
        context.report_end(end).await;
        Ok(Attempted::Done(output))
    }
}
