//! Decides for everything that touches the machine: whether to ask, where to run, whether to try
//! again outside the sandbox. No attempt leaves the sandbox without a human's decision that covers it.

use codex_protocol::policy::{AskForApproval, ReviewDecision, SandboxPolicy};

use crate::tools::call::ToolError;
use crate::tools::sandboxed::{Attempted, Boundary, Retry, Risk, Sandboxed};
use crate::turn::port::SessionTaskContext;

/// Asks where that is needed, attempts, and asks again where the sandbox was in the way.
pub async fn run<S: Sandboxed>(mut work: S, context: &SessionTaskContext) -> Result<S::Output, ToolError> {
    let turn = &context.turn;
    let plan = plan(turn.approval_policy, &turn.sandbox_policy, work.risk(), work.wants_escalation())?;
    let mut is_approved = false;
    if plan.ask {
        ask(&mut work, context, Retry::First).await?;
        is_approved = true;
    }
    match work.attempt(context, plan.boundary).await? {
        Attempted::Done(output) => Ok(output),
        Attempted::Denied(output) => {
            if plan.boundary == Boundary::None || !may_retry(turn.approval_policy) {
                work.settle(context).await;
                return Ok(output);
            }
            // An approval to run is not one to leave the sandbox, except under the policy that asks
            // for every command and shows it whole.
            if !(is_approved && turn.approval_policy == AskForApproval::UnlessTrusted) {
                ask(&mut work, context, Retry::AfterDenial).await?;
            }
            let (Attempted::Done(output) | Attempted::Denied(output)) =
                work.attempt(context, Boundary::None).await?;
            work.settle(context).await;
            Ok(output)
        }
    }
}

async fn ask<S: Sandboxed>(
    work: &mut S,
    context: &SessionTaskContext,
    retry: Retry,
) -> Result<(), ToolError> {
    let answer = context.approve(work.question(context, retry)).await?;
    if answer.asked {
        work.announced();
    }
    match answer.decision {
        ReviewDecision::Approved
        | ReviewDecision::ApprovedForSession
        | ReviewDecision::ApprovedExecpolicyAmendment { .. } => Ok(()),
        ReviewDecision::Denied => {
            work.declined(context).await;
            Err(ToolError::RespondToModel(work.rejection().into()))
        }
        // The session ends the turn.
        ReviewDecision::Abort => {
            work.declined(context).await;
            Err(ToolError::Interrupted)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    ask: bool,
    boundary: Boundary,
}

fn plan(
    approval: AskForApproval,
    sandbox: &SandboxPolicy,
    risk: Risk,
    escalate: bool,
) -> Result<Plan, ToolError> {
    let unrestricted = sandbox.is_unrestricted();
    let boundary = if unrestricted || escalate { Boundary::None } else { Boundary::Sandbox };
    let ask = match approval {
        _ if escalate && !unrestricted && !may_escalate(approval) => return Err(refused(approval)),
        AskForApproval::UnlessTrusted => risk != Risk::Safe,
        AskForApproval::OnRequest | AskForApproval::Granular(_) if !unrestricted => {
            escalate || risk == Risk::Dangerous
        }
        AskForApproval::OnRequest | AskForApproval::Granular(_) => risk == Risk::Dangerous,
        AskForApproval::OnFailure | AskForApproval::Never => false,
    };
    match approval {
        // A question that is not to be asked counts as declined.
        AskForApproval::Granular(granular) if ask && !granular.sandbox_approval => {
            Err(ToolError::RespondToModel(
                "the command can destroy work, and the approval policy does not let the user be asked".into(),
            ))
        }
        _ => Ok(Plan { ask, boundary }),
    }
}

/// Whether the model may ask to leave the sandbox.
pub fn may_escalate(approval: AskForApproval) -> bool {
    match approval {
        AskForApproval::OnRequest => true,
        AskForApproval::Granular(granular) => granular.sandbox_approval,
        AskForApproval::UnlessTrusted | AskForApproval::OnFailure | AskForApproval::Never => false,
    }
}

fn may_retry(approval: AskForApproval) -> bool {
    match approval {
        AskForApproval::UnlessTrusted | AskForApproval::OnFailure => true,
        AskForApproval::OnRequest | AskForApproval::Never | AskForApproval::Granular(_) => false,
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
mod tests {
    use codex_protocol::policy::{GranularApproval, WorkspaceWrite};
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_question_that_is_switched_off_counts_as_declined() {
        let granular = |sandbox_approval| {
            AskForApproval::Granular(GranularApproval {
                sandbox_approval,
                rules: true,
                skill_approval: true,
                request_permissions: true,
                mcp_elicitations: true,
            })
        };
        for sandbox in
            [SandboxPolicy::WorkspaceWrite(WorkspaceWrite::default()), SandboxPolicy::DangerFullAccess]
        {
            assert!(plan(granular(true), &sandbox, Risk::Dangerous, false).unwrap().ask);
            assert!(plan(granular(false), &sandbox, Risk::Dangerous, false).is_err());
            assert!(!plan(granular(false), &sandbox, Risk::Unknown, false).unwrap().ask);
        }
    }

    #[test]
    fn who_is_asked_and_where_it_runs() {
        let write = SandboxPolicy::WorkspaceWrite(WorkspaceWrite::default());
        let full = SandboxPolicy::DangerFullAccess;
        let mut table = String::new();
        for approval in [AskForApproval::UnlessTrusted, AskForApproval::OnRequest, AskForApproval::Never] {
            for (sandbox_name, sandbox) in [("write", &write), ("full", &full)] {
                for risk in [Risk::Safe, Risk::Unknown, Risk::Dangerous] {
                    for escalate in [false, true] {
                        let what = match plan(approval, sandbox, risk, escalate) {
                            Ok(Plan { ask, boundary }) => format!("ask={ask} in={boundary:?}"),
                            Err(_) => "refused".into(),
                        };
                        table +=
                            &format!("{approval:?} {sandbox_name} {risk:?} escalate={escalate}: {what}\n");
                    }
                }
            }
        }
        expect![[r#"
            UnlessTrusted write Safe escalate=false: ask=false in=Sandbox
            UnlessTrusted write Safe escalate=true: refused
            UnlessTrusted write Unknown escalate=false: ask=true in=Sandbox
            UnlessTrusted write Unknown escalate=true: refused
            UnlessTrusted write Dangerous escalate=false: ask=true in=Sandbox
            UnlessTrusted write Dangerous escalate=true: refused
            UnlessTrusted full Safe escalate=false: ask=false in=None
            UnlessTrusted full Safe escalate=true: ask=false in=None
            UnlessTrusted full Unknown escalate=false: ask=true in=None
            UnlessTrusted full Unknown escalate=true: ask=true in=None
            UnlessTrusted full Dangerous escalate=false: ask=true in=None
            UnlessTrusted full Dangerous escalate=true: ask=true in=None
            OnRequest write Safe escalate=false: ask=false in=Sandbox
            OnRequest write Safe escalate=true: ask=true in=None
            OnRequest write Unknown escalate=false: ask=false in=Sandbox
            OnRequest write Unknown escalate=true: ask=true in=None
            OnRequest write Dangerous escalate=false: ask=true in=Sandbox
            OnRequest write Dangerous escalate=true: ask=true in=None
            OnRequest full Safe escalate=false: ask=false in=None
            OnRequest full Safe escalate=true: ask=false in=None
            OnRequest full Unknown escalate=false: ask=false in=None
            OnRequest full Unknown escalate=true: ask=false in=None
            OnRequest full Dangerous escalate=false: ask=true in=None
            OnRequest full Dangerous escalate=true: ask=true in=None
            Never write Safe escalate=false: ask=false in=Sandbox
            Never write Safe escalate=true: refused
            Never write Unknown escalate=false: ask=false in=Sandbox
            Never write Unknown escalate=true: refused
            Never write Dangerous escalate=false: ask=false in=Sandbox
            Never write Dangerous escalate=true: refused
            Never full Safe escalate=false: ask=false in=None
            Never full Safe escalate=true: ask=false in=None
            Never full Unknown escalate=false: ask=false in=None
            Never full Unknown escalate=true: ask=false in=None
            Never full Dangerous escalate=false: ask=false in=None
            Never full Dangerous escalate=true: ask=false in=None
        "#]]
        .assert_eq(&table);
    }
}
