//! What a session does with each request and each operation.

use codex_protocol::error_info::{CodexErrorInfo, NonSteerableTurn};
use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::ErrorEvent;
use codex_protocol::events::turn::TurnAbortReason;
use codex_protocol::ids::{CallId, TurnId};
use codex_protocol::policy::ReviewDecision;
use codex_protocol::submission::{Op, Submission, TurnOverrides};
use tokio::sync::oneshot;

use crate::context::input::plain_content;
use crate::session::active_turn::ActiveTurn;
use crate::session::request::{
    Accepted, Full, MOST_WAITING, NewTurn, NotActive, NotStarted, NotSteered, Request, SkillsOfMessage,
    Snapshot, Steering, TurnInput, UserMessage,
};
use crate::session::{Held, HeldInput, Session};
use crate::tasks::user_shell::UserShellTask;
use crate::turn::question::ClientAnswer;

impl Session {
    pub(super) fn hear(&mut self, request: Request) {
        match request {
            Request::Submit(submission) => self.perform(*submission),
            Request::StartTurn(turn, reply) => self.accept_turn(turn, reply),
            Request::Steer(steering, reply) => self.accept_steering(*steering, reply),
            Request::Interrupt(turn_id, reply) => self.accept_interrupt(turn_id, reply),
            Request::Snapshot(reply) => {
                let _ = reply.send(self.snapshot());
            }
            Request::State(reply) => {
                let _ = reply.send(Box::new(self.state.clone()));
            }
            Request::ChangeSettings(overrides, reply) => {
                self.update_settings(*overrides);
                let _ = reply.send(());
            }
            Request::Inject(items, reply) => {
                self.inject(items);
                let _ = reply.send(());
            }
            Request::SetGoal(change, reply) => self.accept_goal(change, reply),
            Request::ClearGoal(reply) => self.accept_no_goal(reply),
            Request::RestoreGoal(goal, reply) => {
                self.restore_goal(goal);
                let _ = reply.send(());
            }
            Request::GoOn(reply) => {
                let _ = reply.send(self.go_on_with_goal());
            }
            Request::Begin(reply) => {
                let _ = reply.send(self.recorder.begin());
            }
            Request::Flush(reply) => {
                let (recorder, thread) = (self.recorder.clone(), self.id);
                self.services.group.spawn(async move {
                    let flushed = recorder.flush().await;
                    if let Err(error) = &flushed {
                        tracing::error!(%thread, %error, "the conversation could not be stored");
                    }
                    let _ = reply.send(flushed);
                });
            }
        }
    }

    fn perform(&mut self, Submission { id, op }: Submission) {
        match op {
            Op::Interrupt => {
                if let Some(turn_id) = self.active.as_ref().map(|active| active.id().clone()) {
                    self.interrupt(&turn_id);
                }
            }
            Op::UserTurn(turn) => {
                let content = plain_content(&turn.items);
                let skills = SkillsOfMessage::default();
                let message = UserMessage { items: turn.items, client_id: turn.client_id, content, skills };
                let new = NewTurn {
                    turn_id: id,
                    input: TurnInput::Message(message),
                    overrides: turn.overrides,
                    output_schema: turn.final_output_json_schema,
                };
                self.start_or_join(new);
            }
            Op::RunUserShellCommand { command } => {
                let input = TurnInput::Shell(UserShellTask::new(command, None));
                let overrides = TurnOverrides::default();
                self.start_or_join(NewTurn { turn_id: id, input, overrides, output_schema: None });
            }
            Op::Compact => {
                let overrides = TurnOverrides::default();
                let input = TurnInput::Compact;
                self.start_or_join(NewTurn { turn_id: id, input, overrides, output_schema: None });
            }
            Op::Undo => {
                let overrides = TurnOverrides::default();
                let input = TurnInput::Undo;
                self.start_or_join(NewTurn { turn_id: id, input, overrides, output_schema: None });
            }
            Op::Review { review_request } => {
                let overrides = TurnOverrides::default();
                let input = TurnInput::Review(review_request);
                self.start_or_join(NewTurn { turn_id: id, input, overrides, output_schema: None });
            }
            Op::OverrideTurnContext(overrides) => self.change_settings(overrides),
            Op::ExecApproval { id, call_id, decision } | Op::PatchApproval { id, call_id, decision } => {
                self.answer(&id, call_id.as_ref(), decision);
            }
            Op::UserInputAnswer { id, call_id, response } => {
                self.answer_of_client(&id, &call_id, ClientAnswer::UserInput(response));
            }
            Op::RequestPermissionsResponse { id, call_id, response } => {
                self.answer_of_client(&id, &call_id, ClientAnswer::Permissions(response));
            }
            Op::DynamicToolResponse { id, call_id, response } => {
                self.answer_of_client(&id, &call_id, ClientAnswer::DynamicTool(response));
            }
            Op::CleanBackgroundTerminals => self.services.exec.end_background(),
            Op::Shutdown => self.close(),
            op @ (Op::ResolveElicitation { .. }
            | Op::AddToHistory { .. }
            | Op::GetHistoryEntryRequest { .. }
            | Op::ListMcpTools
            | Op::RefreshMcpServers
            | Op::ListCustomPrompts
            | Op::ListSkills
            | Op::ThreadRollback { .. }
            | Op::SetThreadName { .. }) => self.refuse(id, &op),
        }
    }

    fn refuse(&mut self, id: TurnId, op: &Op) {
        let error = ErrorEvent {
            message: format!("this version of the server does not carry out `{}`", op.name()),
            codex_error_info: Some(CodexErrorInfo::Other),
            additional_details: None,
        };
        self.report(id, EventMsg::Error(error));
    }

    /// Whether more input may wait for the running turn.
    fn has_room_for_input(&self) -> bool {
        let waiting = self.active.as_ref().map_or(0, |active| active.pending_input.len());
        waiting + self.next.len() < MOST_WAITING
    }

    fn accept_turn(&mut self, turn: Box<NewTurn>, reply: oneshot::Sender<Result<Accepted, NotStarted>>) {
        let joined = match self.joined(&turn) {
            Ok(_) if !self.has_room_for_input() => Err(NotStarted::Full(Full)),
            joined => joined.map_err(NotStarted::Kind),
        };
        let turn_id = match joined {
            Ok(joined) => joined.unwrap_or_else(|| turn.turn_id.clone()),
            Err(reason) => {
                // Whoever asked may have gone away.
                let _ = reply.send(Err(reason));
                return;
            }
        };
        let (go, held) = oneshot::channel();
        let input = HeldInput::Start(turn);
        if reply.send(Ok(Accepted { turn_id, go })).is_ok() {
            self.held = Some(Held { go: held, input });
        }
    }

    /// The running turn, if this becomes a part of it.
    fn joined(&self, turn: &NewTurn) -> Result<Option<TurnId>, NonSteerableTurn> {
        let Some(running) = self.active.as_ref().filter(|active| !active.is_ending()) else {
            return Ok(None);
        };
        match (&turn.input, running.kind.not_steerable()) {
            (TurnInput::Message(_), Some(kind)) => Err(kind),
            (TurnInput::Message(_), None) | (TurnInput::Shell(_), _) => Ok(Some(running.id().clone())),
            (TurnInput::Compact | TurnInput::Undo | TurnInput::Review(_) | TurnInput::Goal, _) => Ok(None),
        }
    }

    fn accept_steering(&mut self, steering: Steering, reply: oneshot::Sender<Result<Accepted, NotSteered>>) {
        let mut accepted = self.expect_active(&steering.expected).map_err(NotSteered::NotActive);
        let kind = self.active.as_ref().and_then(|active| active.kind.not_steerable());
        if let (Ok(()), Some(kind)) = (&accepted, kind) {
            accepted = Err(NotSteered::Kind(kind));
        }
        if accepted.is_ok() && !self.has_room_for_input() {
            accepted = Err(NotSteered::Full(Full));
        }
        let (go, held) = oneshot::channel();
        let is_accepted = accepted.is_ok();
        let answer = accepted.map(|()| Accepted { turn_id: steering.expected, go });
        if reply.send(answer).is_ok() && is_accepted {
            self.held = Some(Held { go: held, input: HeldInput::Steer(Box::new(steering.message)) });
        }
    }

    fn expect_active(&self, turn_id: &TurnId) -> Result<(), NotActive> {
        match self.active.as_ref().filter(|active| !active.is_ending()) {
            None => Err(NotActive::Idle),
            Some(active) if active.id() == turn_id => Ok(()),
            Some(active) => Err(NotActive::Other(active.id().clone())),
        }
    }

    /// An interrupt of a turn that is ending, or that waits for one, counts as well.
    fn accept_interrupt(&mut self, turn_id: TurnId, reply: oneshot::Sender<Result<Accepted, NotActive>>) {
        let running = self.active.as_ref().map(ActiveTurn::id);
        let waiting = self.next.iter().map(|next| &next.turn.turn_id);
        if !running.into_iter().chain(waiting).any(|known| *known == turn_id) {
            let reason = running.map_or(NotActive::Idle, |running| NotActive::Other(running.clone()));
            // Whoever asked may have gone away.
            let _ = reply.send(Err(reason));
            return;
        }
        let (go, held) = oneshot::channel();
        let input = HeldInput::Interrupt(turn_id.clone());
        self.held = Some(Held { go: held, input });
        // If whoever asked has gone away, so has `go`, and the turn ends all the same.
        let _ = reply.send(Ok(Accepted { turn_id, go }));
    }

    pub(super) fn interrupt(&mut self, turn_id: &TurnId) {
        if let Some(active) = self.active.as_mut().filter(|active| active.id() == turn_id) {
            active.cancel(TurnAbortReason::Interrupted);
        }
        for next in self.next.iter_mut().filter(|next| next.turn.turn_id == *turn_id) {
            next.is_interrupted = true;
        }
    }

    fn answer(&mut self, turn_id: &TurnId, call_id: Option<&CallId>, decision: ReviewDecision) {
        let Some(active) = self.active.as_mut().filter(|active| active.id() == turn_id) else {
            tracing::debug!(%turn_id, "an approval came for a turn that does not run");
            return;
        };
        let (for_session, ends_turn) =
            (decision == ReviewDecision::ApprovedForSession, decision == ReviewDecision::Abort);
        match active.answer(call_id, decision) {
            Some(keys) if for_session => self.approved.extend(keys),
            // After the answer, so that the asker has it and is not cut off without.
            Some(_) if ends_turn => active.cancel(TurnAbortReason::Interrupted),
            Some(_) => {}
            None => tracing::debug!(%turn_id, ?call_id, "an approval came that nobody waits for"),
        }
    }

    fn answer_of_client(&mut self, turn_id: &TurnId, call_id: &CallId, answer: ClientAnswer) {
        let active = self.active.as_mut().filter(|active| active.id() == turn_id);
        if !active.is_some_and(|active| active.answer_of_client(call_id, answer)) {
            tracing::debug!(%turn_id, %call_id, "an answer came that nobody waits for");
        }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            settings: self.settings.clone(),
            active_turn: self.active.as_ref().map(|active| active.id().clone()),
            tokens: self.state.tokens,
            goal: self.goal().cloned(),
            is_stored: self.recorder.has_begun(),
        }
    }
}
