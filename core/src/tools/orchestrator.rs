//! Decides for everything that touches the machine: whether to ask, where to run, whether to try
//! again outside the sandbox. No attempt leaves the sandbox without a human's decision that covers it.

use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::MessageEvent;
use codex_protocol::policy::{AskForApproval, ReviewDecision, SandboxPolicy};

use crate::base::text;
use crate::exec::policy::judge::Ruling;
use crate::exec::policy::{amend, files};
use crate::telemetry::event::{Decision, DecisionSource, TelemetryEvent};
use crate::tools::call::ToolError;
use crate::tools::sandboxed::{Attempted, Boundary, Retry, Risk, Sandboxed};
use crate::turn::port::SessionTaskContext;

/// Asks where that is needed, attempts, and asks again where the sandbox was in the way.
pub async fn run<S: Sandboxed>(mut work: S, context: &SessionTaskContext) -> Result<S::Output, ToolError> {
    let turn = &context.turn;
    let wish = Wish { risk: work.risk(), escalate: work.wants_escalation(), ruling: work.ruling() };
    let plan = match plan(turn.approval_policy, &turn.sandbox_policy, &wish) {
        Ok(plan) => plan,
        Err(refused) => {
            tell(&work, context, Decision::Denied, DecisionSource::Config);
            return Err(refused);
        }
    };
    if !plan.ask {
        tell(&work, context, Decision::Approved, DecisionSource::Config);
    }
    if plan.ask && ask(&mut work, context, Retry::First).await? == Answer::No {
        return Err(ToolError::RespondToModel(work.rejection().into()));
    }
    match work.attempt(context, plan.boundary).await? {
        Attempted::Done(output) => Ok(output),
        Attempted::Denied(output) => {
            if plan.boundary == Boundary::None || !may_retry(turn.approval_policy) {
                work.progress().settle(context).await;
                return Ok(output);
            }
            // An approval to run is not one to leave the sandbox: what looks like a denial may be arranged.
            if ask(&mut work, context, Retry::AfterDenial).await? == Answer::No {
                return Ok(work.not_retried(output));
            }
            let (Attempted::Done(output) | Attempted::Denied(output)) =
                work.attempt(context, Boundary::None).await?;
            work.progress().settle(context).await;
            Ok(output)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
}

async fn ask<S: Sandboxed>(
    work: &mut S,
    context: &SessionTaskContext,
    retry: Retry,
) -> Result<Answer, ToolError> {
    if let Err(interrupted) = work.consider(context, retry).await {
        work.progress().settle(context).await;
        return Err(interrupted.into());
    }
    let answer = context.approve(work.question(context, retry)).await?;
    if answer.asked {
        work.progress().is_asked();
    }
    tell(work, context, Decision::from(&answer.decision), DecisionSource::User);
    match answer.decision {
        ReviewDecision::Approved | ReviewDecision::ApprovedForSession => Ok(Answer::Yes),
        ReviewDecision::ApprovedExecpolicyAmendment { proposed_execpolicy_amendment: words } => {
            keep_rule(work, words, context).await;
            Ok(Answer::Yes)
        }
        ReviewDecision::Denied => {
            decline(work, context).await;
            Ok(Answer::No)
        }
        // The session ends the turn.
        ReviewDecision::Abort => {
            decline(work, context).await;
            Err(ToolError::Interrupted)
        }
    }
}

/// For collectors; also about what was approved for the session before.
fn tell<S: Sandboxed>(work: &S, context: &SessionTaskContext, decision: Decision, source: DecisionSource) {
    context.services.telemetry.tell(&context.turn.model, || {
        let (tool, call_id) = work.call();
        TelemetryEvent::ToolDecision { tool: tool.to_owned(), call_id: call_id.to_string(), decision, source }
    });
}

async fn decline<S: Sandboxed>(work: &mut S, context: &SessionTaskContext) {
    let declined = work.declined(context);
    work.progress().decline(declined, context).await;
}

/// Before what it was accepted with runs, so that it counts from then on. A rule that cannot be kept is no reason
/// not to run what was accepted, and neither is an interrupt: what has begun for the client is ended by being run.
async fn keep_rule<S: Sandboxed>(work: &S, words: Vec<String>, context: &SessionTaskContext) {
    let Err(problem) = try_to_keep(work, words, context).await else { return };
    tracing::warn!(%problem, "an accepted rule was not kept");
    let message = format!("The command is run, but the rule was not kept: {problem}");
    // A cancelled turn is noticed by what follows.
    let _ = context.emit(EventMsg::Warning(MessageEvent { message })).await;
}

/// A human has seen one command: an answer about another one is a mistake of the client.
async fn try_to_keep<S: Sandboxed>(
    work: &S,
    words: Vec<String>,
    context: &SessionTaskContext,
) -> Result<(), String> {
    if !work.is_about(&words) {
        return Err(format!(
            "no command that was asked about begins with `{}`; send the words of the proposal, or the first ones \
             of the command",
            text::head(&words.join(" "), 200)
        ));
    }
    let folder = files::home_folder(&context.services.config);
    let kept = context.services.group.spawn_blocking(move || amend::allow(&folder, &words));
    match kept.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// What is known of a thing before it runs.
#[derive(Debug)]
struct Wish {
    risk: Risk,
    escalate: bool,
    ruling: Ruling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    ask: bool,
    boundary: Boundary,
}

fn plan(approval: AskForApproval, sandbox: &SandboxPolicy, wish: &Wish) -> Result<Plan, ToolError> {
    let Wish { risk, escalate, ref ruling } = *wish;
    let unrestricted = sandbox.is_unrestricted();
    let leaves_sandbox = escalate && !unrestricted;
    let boundary = if unrestricted || escalate { Boundary::None } else { Boundary::Sandbox };
    if leaves_sandbox && !may_escalate(approval) {
        return Err(refused(approval));
    }
    let told = |text: String| Err(ToolError::RespondToModel(text));
    match ruling {
        Ruling::Forbidden(why) => return told(format!("the user's rules forbid this command: {why}")),
        Ruling::Prompt(why) if !asks_for_rules(approval) => {
            return told(format!(
                "the user's rules ask before this command ({why}), and the approval policy does not let the \
                 user be asked"
            ));
        }
        Ruling::Prompt(_) => return Ok(Plan { ask: true, boundary }),
        // That is what such a rule is for: it covers the command wherever it runs.
        Ruling::Allowed => return Ok(Plan { ask: false, boundary: Boundary::None }),
        Ruling::None => {}
    }
    let is_dangerous = matches!(risk, Risk::Dangerous | Risk::Destructive);
    let ask = match approval {
        AskForApproval::UnlessTrusted => leaves_sandbox || risk != Risk::Safe,
        AskForApproval::OnRequest | AskForApproval::Granular(_) => leaves_sandbox || is_dangerous,
        AskForApproval::OnFailure | AskForApproval::Never => false,
    };
    let may_ask = match approval {
        AskForApproval::UnlessTrusted | AskForApproval::OnRequest | AskForApproval::OnFailure => true,
        AskForApproval::Granular(granular) => granular.sandbox_approval || granular.rules,
        AskForApproval::Never => false,
    };
    // A question that is not to be asked counts as declined.
    if !may_ask && (ask || risk == Risk::Destructive) {
        return told(
            "the command can destroy work, and the approval policy does not let the user be asked; find a \
             way that deletes less, or one by one"
                .into(),
        );
    }
    Ok(Plan { ask, boundary })
}

fn asks_for_rules(approval: AskForApproval) -> bool {
    match approval {
        AskForApproval::UnlessTrusted | AskForApproval::OnFailure | AskForApproval::OnRequest => true,
        AskForApproval::Granular(granular) => granular.rules,
        AskForApproval::Never => false,
    }
}

/// Whether the model may ask to leave the sandbox.
pub fn may_escalate(approval: AskForApproval) -> bool {
    match approval {
        AskForApproval::UnlessTrusted | AskForApproval::OnRequest => true,
        AskForApproval::Granular(granular) => granular.sandbox_approval,
        AskForApproval::OnFailure | AskForApproval::Never => false,
    }
}

fn may_retry(approval: AskForApproval) -> bool {
    match approval {
        AskForApproval::OnFailure => true,
        AskForApproval::Granular(granular) => granular.sandbox_approval,
        AskForApproval::UnlessTrusted | AskForApproval::OnRequest | AskForApproval::Never => false,
    }
}

fn refused(approval: AskForApproval) -> ToolError {
    let name = match approval {
        AskForApproval::UnlessTrusted => "untrusted",
        AskForApproval::OnFailure => "on-failure",
        AskForApproval::OnRequest => "on-request",
        AskForApproval::Never => "never",
        AskForApproval::Granular(_) => "granular",
    };
    ToolError::RespondToModel(format!(
        "the approval policy is `{name}`, which does not let a command ask to leave the sandbox; \
         run it without `sandbox_permissions`"
    ))
}

#[cfg(test)]
#[path = "orchestrator_tests.rs"]
mod tests;
