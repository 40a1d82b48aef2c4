//! The life of a turn as its session sees it: how it begins, what it says, how it ends.

use std::sync::Arc;

use codex_protocol::error_info::CodexErrorInfo;
use codex_protocol::event::EventMsg;
use codex_protocol::events::item::{ItemCompletedEvent, ItemStartedEvent};
use codex_protocol::events::notice::ErrorEvent;
use codex_protocol::events::turn::{TurnAbortReason, TurnAbortedEvent, TurnCompleteEvent, TurnStartedEvent};
use codex_protocol::events::usage::TokenCountEvent;
use codex_protocol::ids::{ItemId, TurnId};
use codex_protocol::permission::GrantScope;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::RolloutItem;
use codex_protocol::turn_item::{EnteredReviewModeItem, TurnItem, UserMessageItem};

use crate::base::time::{now_ms, now_seconds};
use crate::context::environment::EnvironmentContext;
use crate::context::modes;
use crate::context::normalize::{output_for, unanswered};
use crate::context::{skills, tokens};
use crate::session::active_turn::ActiveTurn;
use crate::session::request::{NewTurn, TurnInput, UserMessage};
use crate::session::{NextTurn, Session};
use crate::tasks::compact::CompactTask;
use crate::tasks::ghost;
use crate::tasks::regular::RegularTask;
use crate::tasks::review::ReviewTask;
use crate::tasks::undo::UndoTask;
use crate::tasks::{SessionTask, TaskKind};
use crate::turn::approval::{ApprovalAnswer, ApprovalKey, ApprovalRequest};
use crate::turn::context::TurnContext;
use crate::turn::port::{LateMsg, TurnMsg};

impl Session {
    /// Starts a turn, or gives the input to the one that runs. What is no input takes the place of that turn.
    pub(super) fn start_or_join(&mut self, turn: NewTurn) {
        let Some(active) = &mut self.active else {
            return self.start_turn(NextTurn { turn, is_interrupted: false });
        };
        match turn {
            turn if active.is_ending() => self.next.push_back(NextTurn { turn, is_interrupted: false }),
            NewTurn { input: TurnInput::Message(message), overrides, .. }
                if active.kind.not_steerable().is_none() =>
            {
                active.pending_input.push(message);
                self.change_settings(overrides);
            }
            NewTurn { input: TurnInput::Shell(ref task), .. }
                if active.run_beside(Arc::clone(&self.services), Box::new(task.clone())) => {}
            turn => {
                match turn.input {
                    TurnInput::Message(_) | TurnInput::Shell(_) | TurnInput::Goal => {}
                    TurnInput::Compact | TurnInput::Undo | TurnInput::Review(_) => {
                        active.cancel(TurnAbortReason::Replaced);
                    }
                }
                self.next.push_back(NextTurn { turn, is_interrupted: false });
            }
        }
    }

    /// Starts a turn when none runs. One that is interrupted already begins all the same, so that its
    /// input is kept and its end is told.
    pub(super) fn start_turn(&mut self, NextTurn { turn, is_interrupted }: NextTurn) {
        let NewTurn { turn_id, input, overrides, output_schema } = turn;
        self.change_settings(overrides);
        let config = &self.services.config;
        let context = self.settings.turn(config, self.id, turn_id.clone(), output_schema);
        let stored = context.stored();
        let context = Arc::new(match &input {
            TurnInput::Review(_) => self.settings.review(config, self.id, turn_id.clone()),
            TurnInput::Message(_)
            | TurnInput::Shell(_)
            | TurnInput::Compact
            | TurnInput::Undo
            | TurnInput::Goal => context,
        });
        let token = self.token.child_token();
        let services = Arc::clone(&self.services);
        let is_interrupted = is_interrupted || self.closing.is_some();
        if is_interrupted {
            token.cancel();
        }
        let is_for_goal = input == TurnInput::Goal;
        self.opening.learn(&input);
        let (task, message): (Box<dyn SessionTask>, _) = match input {
            TurnInput::Message(message) => (Box::new(RegularTask::default()), Some(message)),
            TurnInput::Shell(task) => (Box::new(task), None),
            TurnInput::Compact => (Box::new(CompactTask), None),
            TurnInput::Undo => {
                let snapshot = self.state.history.newest_snapshot().cloned();
                (Box::new(UndoTask { snapshot }), None)
            }
            TurnInput::Goal => (Box::new(RegularTask::default()), None),
            TurnInput::Review(request) => {
                // Clients expect it before the turn begins.
                let (id, target) = (ItemId::fresh(), request.target.clone());
                let user_facing_hint = request.user_facing_hint.clone();
                let entered = EnteredReviewModeItem { id, target, user_facing_hint };
                self.report_item(&turn_id, TurnItem::EnteredReviewMode(entered));
                let shell = self.opening.shell.clone();
                let environment = self.settings.environment(shell).message();
                (Box::new(ReviewTask { request, environment }), None)
            }
        };
        let asks_model = task.kind().asks_model();
        let mut active = ActiveTurn::spawn(Arc::clone(&context), services, token, task);
        match is_interrupted {
            true => active.cancel(TurnAbortReason::Interrupted),
            false => self.begin_snapshot(&active),
        }
        active.pending_input.extend(message);
        // What is given to the model meanwhile waits until a review or a summary is done.
        active.asks_model = asks_model && active.kind.not_steerable().is_none();
        let started = TurnStartedEvent {
            turn_id: Some(turn_id.clone()),
            root_turn_id: Some(turn_id.clone()),
            started_at: Some(active.started_at),
            model_context_window: context.context_window,
        };
        self.active = Some(active);
        self.begin_goal_work(is_for_goal);
        self.report(turn_id.clone(), EventMsg::TurnStarted(started));
        self.record_context(&stored);
        // A server that can say what it runs is asked first.
        if asks_model && !self.services.model.says_what_it_serves() {
            self.warn_of_model(turn_id.clone(), &context);
        }
        self.warn_of_directory(turn_id);
    }

    /// Beside the turn, which waits for it only where it is about to change files.
    fn begin_snapshot(&self, active: &ActiveTurn) {
        if active.kind == TaskKind::Regular && ghost::is_wanted(&self.services) {
            active.changes.before.begin(|| ghost::begin(&self.services, &active.context.cwd));
        }
    }

    /// Once for each model that the catalog does not know, unless its server says what counts.
    fn warn_of_model(&mut self, turn_id: TurnId, context: &TurnContext) {
        let is_known = context.info.known || context.info.is_window_told;
        if is_known || !self.warned_models.insert(context.model.clone()) {
            return;
        }
        let message = format!(
            "The model `{}` is not in the catalog, so its window and abilities are guesses. Set \
             `model_context_window` if it is smaller than {} tokens.",
            context.model, context.info.context_window
        );
        let warning = codex_protocol::events::notice::MessageEvent { message };
        self.report(turn_id, EventMsg::Warning(warning));
    }

    /// What the model must know of the settings before it sees the message.
    pub(super) fn record_context(&mut self, stored: &codex_protocol::rollout::TurnContextItem) {
        let mut items = Vec::new();
        let mode = self.state.mode();
        if self.state.history.is_empty() {
            items.extend(self.opening.items(self.settings.environment(None)));
        } else if let Some(last) = &self.state.last_context {
            let earlier = EnvironmentContext::of(last);
            items.extend(self.settings.environment(None).change_since(&earlier));
        }
        let told = self.state.history.items().iter().rev().find_map(|item| skills::told(item));
        if !self.state.history.is_empty() {
            items.extend(skills::change(told, self.opening.skills.as_ref()));
        }
        items.extend(modes::change(&mode, &self.settings.mode));
        let mut items: Vec<_> = items.into_iter().map(RolloutItem::ResponseItem).collect();
        items.push(RolloutItem::TurnContext(Box::new(stored.clone())));
        self.keep(&items);
        self.settings_unsaved = false;
    }

    /// Beside the turn, because the directory may lie on a disk that does not answer.
    fn warn_of_directory(&self, turn_id: TurnId) {
        let (cwd, late) = (self.settings.cwd.clone(), self.services.late.clone());
        self.services.group.spawn_blocking(move || {
            if !cwd.as_path().is_dir() {
                let message = format!(
                    "The working directory `{cwd}` does not exist; commands will fail until it does."
                );
                let msg = EventMsg::Warning(codex_protocol::events::notice::MessageEvent { message });
                // The conversation may have ended meanwhile.
                let _ = late.blocking_send(Box::new(LateMsg { turn_id, msg, taken: None }));
            }
        });
    }

    pub(super) fn hear_turn(&mut self, message: TurnMsg) {
        let Some(turn_id) = self.active.as_ref().map(|active| active.id().clone()) else { return };
        match message {
            TurnMsg::Emit(msg) => {
                if let EventMsg::Error(error) = &msg {
                    self.block_goal(&turn_id, error);
                }
                self.note(&msg);
                self.report(turn_id, msg);
            }
            TurnMsg::Record(items) => {
                self.note_calls(&items);
                let items: Vec<_> = items.into_iter().map(RolloutItem::ResponseItem).collect();
                self.keep(&items);
            }
            TurnMsg::Later(items) => {
                if let Some(active) = &mut self.active {
                    active.later.extend(items);
                }
            }
            TurnMsg::Prompt(reply) => {
                self.count_before_request(&turn_id);
                self.take_in_pending(&turn_id);
                // A task that has been cancelled does not want it any more.
                let _ = reply.send(self.state.history.for_prompt());
            }
            TurnMsg::History(reply) => {
                let _ = reply.send(self.state.history.for_prompt());
            }
            TurnMsg::Learned(turn) => {
                self.warn_of_model(turn_id, &turn);
                if let Some(active) = &mut self.active {
                    active.context = turn;
                }
            }
            TurnMsg::Room(reply) => {
                let _ = reply.send(self.room());
            }
            TurnMsg::Compact(summary, reply) => {
                self.compact(turn_id, summary);
                let _ = reply.send(());
            }
            TurnMsg::Approve(request, reply) => self.ask(turn_id, *request, reply),
            TurnMsg::IsApproved(keys, reply) => {
                let _ = reply.send(self.is_approved(&keys));
            }
            TurnMsg::Ask(question, reply) => {
                // One who asks too late learns from the dropped reply that no answer comes.
                if let Some(active) = self.active.as_mut().filter(|active| !active.is_ending()) {
                    let question = active.wait_for_client(*question, reply);
                    self.report(turn_id, question);
                }
            }
            TurnMsg::Grant(scope, grants) => match (scope, &mut self.active) {
                (GrantScope::Session, _) => self.granted.add(grants),
                (GrantScope::Turn, Some(active)) => active.granted.add(grants),
                (GrantScope::Turn, None) => {}
            },
            TurnMsg::Granted(reply) => {
                let mut granted = self.granted.clone();
                granted.add(self.active.as_ref().map(|active| active.granted.clone()).unwrap_or_default());
                // Whoever asked may have been cut off.
                let _ = reply.send(granted);
            }
            TurnMsg::Used(usage) => {
                let info = match usage {
                    Some(usage) => {
                        let window = self.active.as_ref().and_then(|active| active.context.context_window);
                        Some(tokens::after_response(self.state.tokens, usage, window))
                    }
                    None => self.state.tokens,
                };
                self.report_tokens(turn_id.clone(), info);
                if let Some(usage) = usage {
                    self.spend(&usage);
                    self.note_size(&turn_id, usage.total_tokens);
                }
            }
            TurnMsg::WindowFull => {
                let window = self.active.as_ref().and_then(|active| active.context.context_window);
                let info = tokens::when_full(self.state.tokens, window);
                self.report_tokens(turn_id, Some(info));
            }
            TurnMsg::Limits(limits) => {
                let limits = tokens::merged_limits(self.state.limits.clone(), limits);
                if self.state.limits.as_ref() != Some(&limits) {
                    let event = TokenCountEvent { info: None, rate_limits: Some(limits) };
                    self.keep(&[RolloutItem::EventMsg(EventMsg::TokenCount(event))]);
                }
            }
            TurnMsg::LimitsReached(limits) => {
                let limits = tokens::merged_limits(self.state.limits.clone(), limits);
                let event = TokenCountEvent { info: None, rate_limits: Some(limits) };
                self.report(turn_id, EventMsg::TokenCount(event));
            }
            TurnMsg::Goal(call, reply) => {
                self.hear_goal_call(&turn_id, call, reply);
            }
            TurnMsg::ResponseOver => self.hear_waiting_goal_calls(&turn_id),
            TurnMsg::Sync(reply) => {
                let _ = reply.send(());
            }
        }
    }

    pub(super) fn report_tokens(
        &mut self,
        turn_id: TurnId,
        info: Option<codex_protocol::usage::TokenUsageInfo>,
    ) {
        let event = TokenCountEvent { info, rate_limits: self.state.limits.clone() };
        self.report(turn_id, EventMsg::TokenCount(event));
    }

    /// Remembers of a fact what the end of the turn will need.
    fn note(&mut self, msg: &EventMsg) {
        let Some(active) = &mut self.active else { return };
        match msg {
            EventMsg::ItemCompleted(ItemCompletedEvent { item: TurnItem::AgentMessage(message), .. }) => {
                active.last_agent_message = Some(message.text());
            }
            EventMsg::ItemStarted(ItemStartedEvent { item: TurnItem::Plan(_), .. }) => active.plans += 1,
            EventMsg::Error(error) => active.error = Some(error.clone()),
            _ => {}
        }
    }

    fn ask(
        &mut self,
        turn_id: TurnId,
        request: ApprovalRequest,
        reply: tokio::sync::oneshot::Sender<ApprovalAnswer>,
    ) {
        if self.active.as_ref().is_none_or(ActiveTurn::is_ending) {
            // Nobody is asked any more. An item that has begun without the question ends here.
            if request.announce.is_none() {
                self.report(turn_id, request.withdrawn);
            }
            return;
        }
        if self.is_approved(&request.keys) {
            let decision = codex_protocol::policy::ReviewDecision::ApprovedForSession;
            let _ = reply.send(ApprovalAnswer { decision, asked: false });
            return;
        }
        let Some(active) = &mut self.active else { return };
        // The waiter is there before the question is, so that no answer is too early.
        for msg in active.wait_for_human(request, reply) {
            self.report(turn_id.clone(), msg);
        }
    }

    fn is_approved(&self, keys: &[ApprovalKey]) -> bool {
        !keys.is_empty() && keys.iter().all(|key| self.approved.contains(key))
    }

    /// Shows the model, and the client, what the user has said in the meantime.
    fn take_in_pending(&mut self, turn_id: &TurnId) {
        let Some(active) = &mut self.active else { return };
        let (later, pending) = (std::mem::take(&mut active.later), std::mem::take(&mut active.pending_input));
        active.asks_again = false;
        self.keep_later(later);
        for message in pending {
            self.take_in(turn_id, message);
        }
    }

    fn keep_later(&mut self, items: Vec<ResponseItem>) {
        let items: Vec<_> = items.into_iter().map(RolloutItem::ResponseItem).collect();
        if !items.is_empty() {
            self.keep(&items);
        }
    }

    fn take_in(&mut self, turn_id: &TurnId, message: UserMessage) {
        let UserMessage { items, client_id, content, skills } = message;
        if content.is_empty() {
            return;
        }
        self.tell_of_prompt(&items);
        let stored = ResponseItem::Message { id: None, role: "user".into(), content, phase: None };
        let stored = std::iter::once(stored).chain(skills.given).map(RolloutItem::ResponseItem);
        self.keep(&stored.collect::<Vec<_>>());
        let item = TurnItem::UserMessage(UserMessageItem { id: ItemId::fresh(), client_id, content: items });
        self.report_item(turn_id, item);
    }

    /// Tells of an item that is complete as soon as it begins.
    fn report_item(&mut self, turn_id: &TurnId, item: TurnItem) {
        let now = now_ms();
        let (thread_id, turn) = (self.id, turn_id.clone());
        let started = ItemStartedEvent {
            thread_id,
            turn_id: turn.clone(),
            item: item.clone(),
            started_at_ms: Some(now),
        };
        self.report(turn.clone(), EventMsg::ItemStarted(started));
        let completed = ItemCompletedEvent {
            thread_id,
            turn_id: turn.clone(),
            item,
            started_at_ms: Some(now),
            completed_at_ms: Some(now),
        };
        self.report(turn, EventMsg::ItemCompleted(completed));
    }

    /// The task has ended and so has everything that it started. Exactly one end is reported.
    pub(super) async fn turn_is_over(&mut self) {
        let Some(mut active) = self.active.take() else { return };
        let turn_id = active.id().clone();
        let mut aborted = active.abort;
        match active.outcome().await {
            Ok(Ok(())) => {}
            Ok(Err(_interrupted)) => {
                aborted.get_or_insert(TurnAbortReason::Interrupted);
            }
            Err(error) if error.is_panic() => {
                tracing::error!(%turn_id, %error, "a turn ended in a panic");
                let error = ErrorEvent {
                    message: "the turn failed with an internal error".into(),
                    codex_error_info: Some(CodexErrorInfo::Other),
                    additional_details: None,
                };
                active.error = Some(error.clone());
                self.block_goal(&turn_id, &error);
                self.report(turn_id.clone(), EventMsg::Error(error));
            }
            Err(_aborted) => {
                aborted.get_or_insert(TurnAbortReason::Interrupted);
            }
        }
        let more_to_answer = !active.pending_input.is_empty() || active.asks_again;
        if aborted.is_none() && active.error.is_none() && more_to_answer {
            let task = RegularTask { earlier_plans: active.plans };
            active.respawn(Arc::clone(&self.services), Box::new(task));
            active.asks_model = true;
            self.begin_snapshot(&active);
            self.active = Some(active);
            return;
        }
        self.keep_later(std::mem::take(&mut active.later));
        // What the user said is never lost, even if no answer comes any more.
        for message in std::mem::take(&mut active.pending_input) {
            self.take_in(&turn_id, message);
        }
        for end in active.take_withdrawn() {
            self.report(turn_id.clone(), end);
        }
        self.end_goal_work(&turn_id, aborted.is_none() && active.error.is_none());
        match aborted {
            Some(reason) => self.report_aborted(&active, reason),
            None => self.report_complete(active),
        }
        match self.next.pop_front() {
            Some(next) => self.start_turn(next),
            None => self.save_settings(),
        }
    }

    fn report_complete(&mut self, active: ActiveTurn) {
        let turn_id = active.id().clone();
        let is_good = active.kind == TaskKind::Regular && active.error.is_none();
        let telling = if is_good { self.telling_program(&active) } else { None };
        let event = TurnCompleteEvent {
            turn_id: Some(turn_id.clone()),
            root_turn_id: Some(turn_id.clone()),
            started_at: Some(active.started_at),
            completed_at: Some(now_seconds()),
            duration_ms: Some(duration_ms(&active)),
            last_agent_message: active.last_agent_message,
            error: active.error.or(active.not_stored),
        };
        self.report(turn_id, EventMsg::TurnComplete(event));
        if let Some(telling) = telling {
            self.services.group.spawn(telling);
        }
    }

    fn report_aborted(&mut self, active: &ActiveTurn, reason: TurnAbortReason) {
        let seconds = active.began.elapsed().as_secs_f64().max(0.1);
        let text = format!("aborted by user after {seconds:.1}s");
        let outputs = unanswered(self.state.history.items());
        let outputs = outputs.iter().filter_map(|call| output_for(call, &text));
        let outputs: Vec<_> = outputs.map(RolloutItem::ResponseItem).collect();
        self.keep(&outputs);
        let event = TurnAbortedEvent {
            turn_id: Some(active.id().clone()),
            reason,
            started_at: Some(active.started_at),
            completed_at: Some(now_seconds()),
            duration_ms: Some(duration_ms(active)),
        };
        self.report(active.id().clone(), EventMsg::TurnAborted(event));
    }
}

fn duration_ms(active: &ActiveTurn) -> i64 {
    i64::try_from(active.began.elapsed().as_millis()).unwrap_or(i64::MAX)
}
