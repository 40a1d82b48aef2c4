//! What is known of a command before it runs, and the question about it to a human.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use codex_protocol::event::EventMsg;
use codex_protocol::events::approval::{ExecApprovalRequestEvent, SandboxCommandAssessment};
use codex_protocol::events::item::ItemCompletedEvent;
use codex_protocol::policy::AskForApproval;
use codex_protocol::turn_item::{CommandExecutionItem, CommandSource, TurnItem};

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::config::features;
use crate::exec::policy::files::RuleFolders;
use crate::exec::policy::judge::Ruling;
use crate::exec::policy::proposal::Cause;
use crate::exec::safety::{self, Danger};
use crate::sandbox::Sandbox;
use crate::sandbox::command::CommandSpec;
use crate::sandbox::reach::Reach;
use crate::tools::assessment::{self, Subject};
use crate::tools::errand;
use crate::tools::handlers::command::CommandRequest;
use crate::tools::handlers::command_input::{self, Permission};
use crate::tools::patch::writer;
use crate::tools::sandboxed::{Retry, Risk, Sandboxed};
use crate::turn::approval::{ApprovalKey, ApprovalRequest};
use crate::turn::grants::Ground;
use crate::turn::port::SessionTaskContext;

/// How a command looks, and what the user's rules say of it.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) risk: Risk,
    pub(super) ruling: Ruling,
    /// Words that the user may allow for good, if asked.
    pub(super) proposal: Option<Vec<String>>,
    /// Why it cannot run where it wants to.
    pub(super) no_place: Option<String>,
}

impl Verdict {
    /// With the rules as their files are now, and its folder as it is: disks that may not answer are asked at once.
    pub(super) async fn of(
        spec: &CommandSpec,
        tty: bool,
        permission: &Permission,
        context: &SessionTaskContext,
    ) -> Result<Self, Interrupted> {
        let folders = RuleFolders::of(&context.services.config);
        let (argv, cwd, wanted) = (spec.argv.clone(), spec.cwd.clone(), permission.prefix_rule.clone());
        let cause = match context.turn.approval_policy {
            AskForApproval::UnlessTrusted if !permission.escalates => Cause::Untrusted,
            _ => Cause::Escalation,
        };
        let guard = Guard::of(context).await;
        let judge = context.services.group.spawn_blocking(move || {
            let risk = risk_of(&argv);
            let book = folders.read(|path| guard.is_open(path));
            for problem in &book.problems {
                tracing::warn!("no rule allows anything because of an error: {problem}");
            }
            let ruling = match book.judge(&argv) {
                // What the model types into it later, no rule has allowed: a pager starts programs, too.
                Ruling::Allowed if tty => Ruling::None,
                ruling => ruling,
            };
            let proposal = match ruling {
                Ruling::None if tty => None,
                Ruling::None => book.propose(&argv, wanted.as_deref(), cause),
                Ruling::Allowed | Ruling::Prompt(_) | Ruling::Forbidden(_) => None,
            };
            Self { risk, ruling, proposal, no_place: command_input::no_place(&cwd) }
        });
        // Without an answer nothing is known, and what is not known does not run.
        or_cancelled(&context.token, judge).await?.map_err(|_panic| Interrupted)
    }
}

/// What knows where the commands of a turn can write.
struct Guard {
    sandbox: Arc<Sandbox>,
    ground: Ground,
    command: CommandSpec,
    reach: OnceCell<Option<Reach>>,
}

impl Guard {
    async fn of(context: &SessionTaskContext) -> Self {
        let ground = context.ground().await;
        let command = errand::command(context, writer::ARGUMENT, &ground.policy);
        Self { sandbox: context.services.sandbox.clone(), ground, command, reach: OnceCell::new() }
    }

    /// Whether the sandbox leaves a real path to commands. Blocks. Where there is no sandbox, nothing is kept from
    /// commands that they could gain by a rule.
    fn is_open(&self, path: &Path) -> bool {
        let Ground { policy, cwd } = &self.ground;
        let reach = || self.sandbox.reach(policy, cwd, &self.command).ok();
        let covers = || self.reach.get_or_init(reach).as_ref().is_none_or(|reach| reach.covers(path));
        !self.sandbox.strength().guards_names() || (!policy.is_unrestricted() && covers())
    }
}

fn risk_of(argv: &[String]) -> Risk {
    match safety::danger(argv) {
        Some(Danger::Files) => Risk::Destructive,
        Some(Danger::Changes) => Risk::Dangerous,
        None if safety::is_known_safe(argv) => Risk::Safe,
        None => Risk::Unknown,
    }
}

pub(super) fn question(
    request: &CommandRequest,
    context: &SessionTaskContext,
    retry: Retry,
) -> ApprovalRequest {
    let CommandRequest { call_id, spec, verdict, .. } = request;
    let reason = match (retry, &verdict.ruling) {
        (Retry::AfterDenial, _) => {
            Some("The sandbox stopped the command. Run it again without the sandbox?".into())
        }
        (Retry::First, Ruling::Prompt(why)) => Some(format!("Your rules ask before this command: {why}")),
        (Retry::First, _) => request.permission.justification.clone(),
    };
    let item = CommandExecutionItem { source: CommandSource::Agent, ..request.item(None) };
    ApprovalRequest {
        call_id: call_id.clone(),
        keys: vec![key(request, context, retry)],
        announce: request.progress.announcement(TurnItem::CommandExecution(item), context),
        withdrawn: request.progress.last_end().cloned().unwrap_or_else(|| request.declined(context)),
        question: EventMsg::ExecApprovalRequest(ExecApprovalRequestEvent {
            call_id: call_id.clone(),
            command: spec.argv.clone(),
            cwd: spec.cwd.as_path().to_path_buf(),
            reason,
            parsed_cmd: request.parsed.clone(),
            proposed_execpolicy_amendment: verdict.proposal.clone(),
            risk: request.assessment.clone(),
        }),
    }
}

/// The model's opinion, if the user wants it and will be asked at all.
pub(super) async fn assess(
    request: &CommandRequest,
    context: &SessionTaskContext,
    retry: Retry,
) -> Result<Option<SandboxCommandAssessment>, Interrupted> {
    let is_wanted = context.services.config.is_enabled(&features::SANDBOX_COMMAND_ASSESSMENT);
    if !is_wanted || context.is_approved(vec![key(request, context, retry)]).await? {
        return Ok(None);
    }
    let failure = match request.progress.last_end() {
        Some(EventMsg::ItemCompleted(ItemCompletedEvent {
            item: TurnItem::CommandExecution(item), ..
        })) => item.aggregated_output.as_deref(),
        Some(_) | None => None,
    };
    let (call_id, spec) = (&request.call_id, &request.spec);
    assessment::assess(&Subject { call_id, argv: &spec.argv, cwd: &spec.cwd, failure }, context).await
}

/// All that an answer for the session is about: the command, where it runs, and what it may touch there.
fn key(request: &CommandRequest, context: &SessionTaskContext, retry: Retry) -> ApprovalKey {
    let is_free = request.permission.escalates || retry == Retry::AfterDenial;
    let confined = (!is_free).then_some((&context.turn.sandbox_policy, &context.turn.cwd));
    ApprovalKey::of(&(&request.spec.argv, &request.spec.cwd, request.tty, confined))
}
