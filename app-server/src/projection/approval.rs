//! Questions to a human: how they are asked, and what becomes of the answers.
//!
//! Whatever is not a clear yes is a no: an error, an answer that does not decode, a connection that ends. Each question
//! gets one answer; the pump sees to that.

use codex_app_server_protocol::v2::approval as wire;
use codex_app_server_protocol::v2::notice::ServerRequestResolvedNotification;
use codex_app_server_protocol::{ServerNotification, ServerRequest};
use codex_protocol::events::approval::{
    ApplyPatchApprovalRequestEvent, ElicitationRequestEvent, ExecApprovalRequestEvent, RiskLevel,
    SandboxCommandAssessment,
};
use codex_protocol::ids::{CallId, TurnId};
use codex_protocol::policy::ReviewDecision;
use codex_protocol::submission::Op;
use serde_json::json;

use super::Projection;
use super::effect::{Ask, AskKey, Effect, Effects, Resolution, Waiting};
use super::status::Status;
use crate::convert::to_wire::{LOCAL, command, path};

impl Projection {
    pub(super) fn exec_approval(&mut self, id: TurnId, event: ExecApprovalRequestEvent, out: &mut Effects) {
        let params = wire::CommandExecutionRequestApprovalParams {
            kind: wire::CommandExecutionApprovalKind::Command,
            thread_id: self.thread_id.clone(),
            turn_id: id.to_string(),
            item_id: event.call_id.to_string(),
            started_at_ms: self.started_at_ms(&event.call_id),
            environment_id: Some(LOCAL.to_owned()),
            reason: reason(event.reason, event.risk),
            command: Some(command::line(&event.command)),
            cwd: Some(path(&event.cwd)),
            command_actions: Some(command::actions(event.parsed_cmd, &event.cwd)),
            available_decisions: Some(decisions(event.proposed_execpolicy_amendment.as_deref())),
            proposed_execpolicy_amendment: event.proposed_execpolicy_amendment,
            ..Default::default()
        };
        let key = AskKey { turn_id: id, call_id: event.call_id };
        self.ask(key, Waiting::Approval, ServerRequest::CommandExecutionRequestApproval(params), out);
    }

    pub(super) fn patch_approval(
        &mut self,
        id: TurnId,
        event: ApplyPatchApprovalRequestEvent,
        out: &mut Effects,
    ) {
        let params = wire::FileChangeRequestApprovalParams {
            thread_id: self.thread_id.clone(),
            turn_id: id.to_string(),
            item_id: event.call_id.to_string(),
            started_at_ms: self.started_at_ms(&event.call_id),
            reason: event.reason,
            grant_root: event.grant_root.as_deref().map(path),
        };
        let key = AskKey { turn_id: id, call_id: event.call_id };
        self.ask(key, Waiting::Approval, ServerRequest::FileChangeRequestApproval(params), out);
    }

    pub(super) fn ask(&mut self, key: AskKey, waiting: Waiting, request: ServerRequest, out: &mut Effects) {
        self.asks.push((key.clone(), waiting));
        self.set_active(out);
        out.push_back(Effect::Ask(Ask { key, request }));
    }

    /// When the item in question began.
    fn started_at_ms(&self, call: &CallId) -> i64 {
        let open = self.open.iter().find(|open| open.id.as_str() == call.as_str());
        open.map_or_else(self.clock, |open| open.started_at_ms)
    }

    /// The question has been answered, or will not be: nobody needs to look at it any more.
    pub(crate) fn resolved(&mut self, key: &AskKey, end: Resolution, out: &mut Effects) {
        let is_tool = self.asks.iter().any(|(ask, waiting)| ask == key && *waiting == Waiting::Tool);
        let request_id = match end {
            // The end of its item says so.
            Resolution::Answered(_) if is_tool => None,
            Resolution::Answered(id) | Resolution::Withdrawn(id) => Some(id),
            Resolution::NotAsked => None,
        };
        if let Some(request_id) = request_id {
            let thread_id = self.thread_id.clone();
            out.push_back(Effect::Notify(ServerNotification::ServerRequestResolved(
                ServerRequestResolvedNotification { thread_id, request_id },
            )));
        }
        self.asks.retain(|(ask, _)| ask != key);
        // A turn that has failed or ended keeps the status of its end.
        if matches!(self.status, Status::Active { .. }) {
            self.set_active(out);
        }
    }
}

/// Why it is asked, and what the model thinks of it: the wire has one place for both.
fn reason(reason: Option<String>, risk: Option<SandboxCommandAssessment>) -> Option<String> {
    let opinion = risk.map(|SandboxCommandAssessment { description, risk_level }| {
        let level = match risk_level {
            RiskLevel::Low => "low",
            RiskLevel::Medium => "medium",
            RiskLevel::High => "high",
        };
        format!("The model assesses this as {level} risk: {description}")
    });
    match (reason, opinion) {
        (Some(reason), Some(opinion)) => Some(format!("{reason}\n{opinion}")),
        (reason, opinion) => reason.or(opinion),
    }
}

/// All decisions that are taken. Clients show what they understand of them.
fn decisions(amendment: Option<&[String]>) -> Vec<wire::CommandExecutionApprovalDecision> {
    use wire::CommandExecutionApprovalDecision as Decision;
    let mut decisions = vec![Decision::Accept, Decision::AcceptForSession];
    decisions.extend(
        amendment
            .map(|words| Decision::AcceptWithExecpolicyAmendment { execpolicy_amendment: words.to_vec() }),
    );
    decisions.extend([Decision::Decline, Decision::Cancel]);
    decisions
}

/// What whoever answered should know of what became of the answer.
pub(crate) fn notice_of(answer: &wire::CommandExecutionRequestApprovalResponse) -> Option<&'static str> {
    use wire::CommandExecutionApprovalDecision as Decision;
    match &answer.decision {
        Decision::ApplyNetworkPolicyAmendment { .. } => Some(
            "The answer was a rule about a host. This server keeps none and the command was declined: commands \
             reach every host or none, as the sandbox policy says.",
        ),
        Decision::Accept
        | Decision::AcceptForSession
        | Decision::AcceptWithExecpolicyAmendment { .. }
        | Decision::Decline
        | Decision::Cancel => None,
    }
}

/// What a human, or nobody, said about a command.
pub(crate) fn command_decision(
    answer: Option<wire::CommandExecutionRequestApprovalResponse>,
) -> ReviewDecision {
    use wire::CommandExecutionApprovalDecision as Decision;
    match answer.map(|answer| answer.decision) {
        Some(Decision::Accept) => ReviewDecision::Approved,
        Some(Decision::AcceptForSession) => ReviewDecision::ApprovedForSession,
        Some(Decision::AcceptWithExecpolicyAmendment { execpolicy_amendment }) => {
            ReviewDecision::ApprovedExecpolicyAmendment {
                proposed_execpolicy_amendment: execpolicy_amendment,
            }
        }
        Some(Decision::Cancel) => ReviewDecision::Abort,
        // Network rules are never offered, so that nobody meant this command by one.
        Some(Decision::ApplyNetworkPolicyAmendment { .. } | Decision::Decline) | None => {
            ReviewDecision::Denied
        }
    }
}

/// What a human, or nobody, said about a change of files.
pub(crate) fn file_change_decision(
    answer: Option<wire::FileChangeRequestApprovalResponse>,
) -> ReviewDecision {
    use wire::FileChangeApprovalDecision as Decision;
    match answer.map(|answer| answer.decision) {
        Some(Decision::Accept) => ReviewDecision::Approved,
        Some(Decision::AcceptForSession) => ReviewDecision::ApprovedForSession,
        Some(Decision::Cancel) => ReviewDecision::Abort,
        Some(Decision::Decline) | None => ReviewDecision::Denied,
    }
}

/// The operation that carries the decision on a command to the engine.
pub(crate) fn command_op(key: AskKey, decision: ReviewDecision) -> Op {
    Op::ExecApproval { id: key.turn_id, call_id: Some(key.call_id), decision }
}

/// The operation that carries the decision on a change of files to the engine.
pub(crate) fn file_change_op(key: AskKey, decision: ReviewDecision) -> Op {
    Op::PatchApproval { id: key.turn_id, call_id: Some(key.call_id), decision }
}

// The wire of this server has no form for the questions below. They are refused at once, so that no turn waits for
// an answer that cannot come.

pub(super) fn refuse_elicitation(event: ElicitationRequestEvent, out: &mut Effects) {
    out.push_back(Effect::Submit(Op::ResolveElicitation {
        server_name: event.server_name,
        request_id: event.id,
        decision: json!("decline"),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_and_the_opinion_share_a_place() {
        let risk = || {
            let description = "Deletes x.".to_owned();
            Some(SandboxCommandAssessment { description, risk_level: RiskLevel::High })
        };
        let opinion = "The model assesses this as high risk: Deletes x.";
        assert_eq!(reason(None, None), None);
        assert_eq!(reason(Some("why".into()), None).as_deref(), Some("why"));
        assert_eq!(reason(None, risk()).as_deref(), Some(opinion));
        assert_eq!(reason(Some("why".into()), risk()), Some(format!("why\n{opinion}")));
    }
}
