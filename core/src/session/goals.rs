//! What the conversation is to reach by itself: who changes that, what is counted for it, and when it begins a turn.
//!
//! The goal is a stored fact like any other. A turn that an active one begins is an ordinary turn; only a message of the
//! engine stands where that of a user would. It begins when a turn has been completed and nothing else waits, which
//! whoever looks after the conversation says ([`Session::go_on_with_goal`]): after an interrupt the goal waits for the
//! user. A turn that fails blocks it, and so do many turns one after the other in which nothing was done.

use std::time::Duration;

use codex_protocol::error_info::CodexErrorInfo;
use codex_protocol::event::EventMsg;
use codex_protocol::events::goal::{ThreadGoalClearedEvent, ThreadGoalUpdatedEvent};
use codex_protocol::events::notice::{ErrorEvent, MessageEvent};
use codex_protocol::goal::{GoalStatus, ThreadGoal};
use codex_protocol::ids::TurnId;
use codex_protocol::mode::ModeKind;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::RolloutItem;
use codex_protocol::submission::TurnOverrides;
use codex_protocol::usage::TokenUsage;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::base::time::now_seconds;
use crate::config::features;
use crate::context::goal::{self, GoalChange, Refused};
use crate::context::goal_texts;
use crate::session::outbox::Line;
use crate::session::request::{GoalAccepted, NewTurn, TurnInput};
use crate::session::{Held, HeldInput, NextTurn, Session};
use crate::tasks::TaskKind;
use crate::turn::goal::{GoalAnswer, GoalCall};

/// So many turns of a goal, one after the other, in which the model has called nothing: it only talks.
const MOST_IDLE: u32 = 10;

/// What has been done for the goal and is not counted in it yet, and by whom.
#[derive(Debug, Default)]
pub struct GoalWork {
    tokens: i64,
    /// Since when the running turn has worked for it.
    since: Option<Instant>,
    /// Less than a second, from before.
    rest: Duration,
    /// What the running response takes is taken for the goal.
    counts: bool,
    /// The kind of turn that runs can be one for the goal.
    can_count: bool,
    /// The goal has begun the running turn.
    is_own_turn: bool,
    /// The model has been asked in it.
    has_asked: bool,
    /// The model has called something in it.
    has_called: bool,
    /// Turns without that, one after the other.
    idle: u32,
    /// The cost of the running response is not known yet.
    is_open: bool,
    /// What ends the work waits for that, so that the end of it is told with all it has cost.
    waiting: Vec<(GoalCall, oneshot::Sender<GoalAnswer>)>,
}

/// The goal as a fact, on its way to the client.
pub(super) struct GoalFact {
    msg: EventMsg,
    line: Line,
}

impl Session {
    pub(super) fn goal(&self) -> Option<&ThreadGoal> {
        self.state.goal_of(self.id)
    }

    /// A client changes the goal. It is told of the change after its answer.
    pub(super) fn accept_goal(
        &mut self,
        change: GoalChange,
        reply: oneshot::Sender<Result<GoalAccepted<ThreadGoal>, Refused>>,
    ) {
        let before = self.goal().cloned();
        let changed = self.can_have_goals().and_then(|()| {
            let counted = before.as_ref().map(|goal| self.goal_work.counted(goal));
            let goal = change.apply(counted.as_ref(), self.id, now_seconds())?;
            // It is stored even if nothing has been said yet.
            self.recorder.begin().map_err(|error| Refused::NotStored(error.to_string()))?;
            Ok(goal)
        });
        let goal = match changed {
            Ok(goal) => goal,
            Err(refused) => {
                // Whoever asked may have gone away.
                let _ = reply.send(Err(refused));
                return;
            }
        };
        self.goal_work.forget();
        let fact = self.goal_fact(None, goal.clone());
        let is_other = before.is_some_and(|before| before.objective != goal.objective);
        if let Some(active) = self.active.as_mut().filter(|_| is_other && self.goal_work.counts) {
            active.later.push(goal_texts::edited(&goal));
        }
        self.goal_work.idle = 0;
        self.follow_goal();
        let (go, held) = oneshot::channel();
        let stored = self.outbox.watch(&fact.line);
        // If whoever asked has gone away, so has `go`, and the others are told all the same.
        self.held = Some(Held { go: held, input: HeldInput::Goal(Box::new(fact)) });
        let _ = reply.send(Ok(GoalAccepted { goal, go, stored }));
    }

    /// A client takes the goal away, if there is one.
    pub(super) fn accept_no_goal(
        &mut self,
        reply: oneshot::Sender<Result<Option<GoalAccepted<()>>, Refused>>,
    ) {
        let cleared = self.can_have_goals().map(|()| self.goal().is_some());
        if cleared != Ok(true) {
            let _ = reply.send(cleared.map(|_| None));
            return;
        }
        self.goal_work.forget();
        let msg = EventMsg::ThreadGoalCleared(ThreadGoalClearedEvent { thread_id: self.id });
        let line = self.record(&[RolloutItem::EventMsg(msg.clone())]);
        self.follow_goal();
        let (go, held) = oneshot::channel();
        let stored = self.outbox.watch(&line);
        self.held = Some(Held { go: held, input: HeldInput::Goal(Box::new(GoalFact { msg, line })) });
        let _ = reply.send(Ok(Some(GoalAccepted { goal: (), go, stored })));
    }

    pub(super) fn tell_of_goal(&mut self, GoalFact { msg, line }: GoalFact) {
        self.outbox.push(codex_protocol::event::Event { id: TurnId::from(""), msg }, line);
    }

    /// The goal is what it was before turns were taken back.
    pub(super) fn restore_goal(&mut self, goal: Option<ThreadGoal>) {
        if self.goal() == goal.as_ref() {
            return;
        }
        let msg = match goal {
            Some(goal) => self.updated(None, goal),
            None => EventMsg::ThreadGoalCleared(ThreadGoalClearedEvent { thread_id: self.id }),
        };
        self.keep(&[RolloutItem::EventMsg(msg)]);
    }

    fn can_have_goals(&self) -> Result<(), Refused> {
        match (self.recorder.path(), self.services.config.is_enabled(&features::GOALS)) {
            (_, false) => Err(Refused::Off),
            (None, true) => Err(Refused::Ephemeral(self.id)),
            (Some(_), true) => Ok(()),
        }
    }

    /// Begins the next turn of an active goal, if nothing runs and nothing waits.
    pub(super) fn go_on_with_goal(&mut self) -> Option<TurnId> {
        let is_free = self.active.is_none() && self.next.is_empty() && self.closing.is_none();
        let is_wanted = self.goal().is_some_and(ThreadGoal::is_active) && self.can_have_goals().is_ok();
        if !is_free || !is_wanted || self.settings.mode.kind == ModeKind::Plan {
            return None;
        }
        let turn_id = TurnId::fresh();
        let turn = NewTurn {
            turn_id: turn_id.clone(),
            input: TurnInput::Goal,
            overrides: TurnOverrides::default(),
            output_schema: None,
        };
        self.start_turn(NextTurn { turn, is_interrupted: false });
        Some(turn_id)
    }

    /// A turn begins. One for the goal begins with what the model is told of that.
    pub(super) fn begin_goal_work(&mut self, is_own_turn: bool) {
        let goal = self.goal().filter(|_| is_own_turn).map(goal_texts::go_on);
        let Some(active) = &mut self.active else { return };
        active.later.extend(goal);
        let can_count = match active.kind {
            TaskKind::Regular | TaskKind::Compact => active.context.mode.kind != ModeKind::Plan,
            TaskKind::Review | TaskKind::Undo | TaskKind::UserShell => false,
        };
        let work = &mut self.goal_work;
        (work.is_own_turn, work.can_count) = (is_own_turn, can_count);
        (work.has_asked, work.has_called, work.counts) = (false, false, false);
        self.follow_goal();
    }

    /// From here on the running turn works for the goal, or does not.
    fn follow_goal(&mut self) {
        let status = self.goal().map(|goal| goal.status);
        let runs = self.active.is_some();
        let work = &mut self.goal_work;
        work.counts = match status {
            Some(GoalStatus::Active) => runs && work.can_count,
            // The turn that has reached the limit is still its own.
            Some(GoalStatus::BudgetLimited) => runs && work.counts,
            Some(
                GoalStatus::Paused | GoalStatus::Blocked | GoalStatus::UsageLimited | GoalStatus::Complete,
            )
            | None => false,
        };
        match work.counts {
            true => work.since = work.since.or_else(|| Some(Instant::now())),
            false => work.forget(),
        }
    }

    /// A response has cost something.
    pub(super) fn spend(&mut self, usage: &TokenUsage) {
        if self.goal_work.counts {
            self.goal_work.tokens = self.goal_work.tokens.saturating_add(goal::cost(usage));
        }
    }

    pub(super) fn note_calls(&mut self, items: &[ResponseItem]) {
        self.goal_work.has_called |= items.iter().any(|item| match item {
            ResponseItem::LocalShellCall { .. }
            | ResponseItem::FunctionCall { .. }
            | ResponseItem::CustomToolCall { .. }
            | ResponseItem::WebSearchCall { .. } => true,
            ResponseItem::Message { .. }
            | ResponseItem::Reasoning { .. }
            | ResponseItem::FunctionCallOutput { .. }
            | ResponseItem::CustomToolCallOutput { .. }
            | ResponseItem::GhostSnapshot { .. }
            | ResponseItem::Compaction { .. }
            | ResponseItem::Other => false,
        });
    }

    /// Before the model is asked again: what was done is counted, and a limit that it has reached is told.
    pub(super) fn count_before_request(&mut self, turn_id: &TurnId) {
        let was_active = self.goal().is_some_and(ThreadGoal::is_active);
        // Time alone is told with the end of the turn.
        if self.goal_work.tokens > 0 {
            self.count(turn_id);
        }
        self.follow_goal();
        let limit = self.goal().filter(|goal| was_active && goal.status == GoalStatus::BudgetLimited);
        let limit = limit.map(goal_texts::limit);
        if let Some(active) = &mut self.active {
            active.later.extend(limit);
        }
        (self.goal_work.has_asked, self.goal_work.is_open) = (true, true);
    }

    /// A summary has taken the place of what a turn for the goal began with.
    pub(super) fn tell_model_of_goal_again(&mut self) {
        let is_gone = self.goal_work.is_own_turn && self.goal_work.has_asked;
        let goal = self.goal().filter(|goal| is_gone && goal.is_active()).map(goal_texts::go_on);
        if let Some(active) = &mut self.active {
            active.later.extend(goal);
        }
    }

    /// Puts what was done into the goal, if that makes a difference.
    fn count(&mut self, turn_id: &TurnId) {
        let Some(before) = self.goal() else { return };
        let after = self.goal_work.counted(before);
        if (after.tokens_used, after.time_used_seconds) != (before.tokens_used, before.time_used_seconds) {
            self.goal_work.settle();
            self.change_goal(turn_id, after);
        }
    }

    /// The turn cannot go on, and neither can the goal.
    pub(super) fn block_goal(&mut self, turn_id: &TurnId, error: &ErrorEvent) {
        self.count(turn_id);
        let status = match error.codex_error_info {
            Some(CodexErrorInfo::UsageLimitExceeded) => GoalStatus::UsageLimited,
            _ => GoalStatus::Blocked,
        };
        self.stop_goal(turn_id, status);
    }

    fn stop_goal(&mut self, turn_id: &TurnId, status: GoalStatus) {
        if let Some(goal) = self.goal().filter(|goal| goal.is_active() && self.goal_work.can_count) {
            self.change_goal(turn_id, ThreadGoal { status, updated_at: now_seconds(), ..goal.clone() });
        }
    }

    /// The turn is over. `is_completed`: neither interrupted nor failed.
    pub(super) fn end_goal_work(&mut self, turn_id: &TurnId, is_completed: bool) {
        self.count(turn_id);
        let work = &mut self.goal_work;
        work.idle = match (is_completed && work.is_own_turn, work.has_called) {
            (true, false) => work.idle + 1,
            (true, true) | (false, _) => 0,
        };
        if work.idle >= MOST_IDLE && self.goal().is_some_and(ThreadGoal::is_active) {
            let message = format!(
                "The goal is blocked: in {MOST_IDLE} turns one after the other the model has only talked and called \
                 nothing. Say more exactly what is to be done, or make the goal active again."
            );
            self.report(turn_id.clone(), EventMsg::Warning(MessageEvent { message }));
            self.stop_goal(turn_id, GoalStatus::Blocked);
        }
        self.goal_work.counts = false;
        self.goal_work.waiting.clear();
        self.goal_work.forget();
    }

    pub(super) fn hear_goal_call(
        &mut self,
        turn_id: &TurnId,
        call: GoalCall,
        reply: oneshot::Sender<GoalAnswer>,
    ) {
        match call {
            GoalCall::Update(_) if self.goal_work.is_open => self.goal_work.waiting.push((call, reply)),
            call => {
                // Whoever asked may have been cut off.
                let _ = reply.send(self.answer_goal_call(turn_id, call));
            }
        }
    }

    pub(super) fn hear_waiting_goal_calls(&mut self, turn_id: &TurnId) {
        self.goal_work.is_open = false;
        for (call, reply) in std::mem::take(&mut self.goal_work.waiting) {
            self.hear_goal_call(turn_id, call, reply);
        }
    }

    /// What a tool wants.
    fn answer_goal_call(&mut self, turn_id: &TurnId, call: GoalCall) -> GoalAnswer {
        self.can_have_goals().map_err(|refused| refused.to_string())?;
        let changed = match call {
            GoalCall::Get => None,
            GoalCall::Create { objective, token_budget } => {
                if self.goal().is_some_and(|goal| goal.status != GoalStatus::Complete) {
                    return Err(
                        "there is a goal that is not complete yet; only the user can replace it".into()
                    );
                }
                let change = GoalChange {
                    objective: Some(objective),
                    token_budget: Some(token_budget),
                    ..GoalChange::default()
                };
                let made = change.apply(None, self.id, now_seconds());
                self.goal_work.forget();
                // What the model is saying now is not yet said for it.
                self.goal_work.counts = false;
                Some(made.map_err(|refused| refused.to_string())?)
            }
            GoalCall::Update(status) => {
                let Some(goal) = self.goal() else { return Err("this conversation has no goal".into()) };
                if goal.status == GoalStatus::BudgetLimited && status != GoalStatus::Complete {
                    return Err("the budget of the goal is spent; only `complete` can be said of it".into());
                }
                let goal = ThreadGoal { status, updated_at: now_seconds(), ..self.goal_work.counted(goal) };
                self.goal_work.settle();
                Some(goal)
            }
        };
        if let Some(goal) = changed {
            self.change_goal(turn_id, goal);
        }
        Ok(self.goal().cloned())
    }

    /// The goal as it stands again behind what takes the place of an earlier history.
    pub(super) fn goal_again(&self) -> Option<RolloutItem> {
        let goal = self.goal().cloned()?;
        let turn_id = self.active.as_ref().map(|active| active.id().clone());
        Some(RolloutItem::EventMsg(self.updated(turn_id, goal)))
    }

    fn change_goal(&mut self, turn_id: &TurnId, goal: ThreadGoal) {
        let GoalFact { msg, line } = self.goal_fact(Some(turn_id.clone()), goal);
        self.outbox.push(codex_protocol::event::Event { id: turn_id.clone(), msg }, line);
    }

    fn goal_fact(&mut self, turn_id: Option<TurnId>, goal: ThreadGoal) -> GoalFact {
        let msg = self.updated(turn_id, goal);
        let line = self.record(&[RolloutItem::EventMsg(msg.clone())]);
        GoalFact { msg, line }
    }

    fn updated(&self, turn_id: Option<TurnId>, goal: ThreadGoal) -> EventMsg {
        let event = ThreadGoalUpdatedEvent { thread_id: self.id, turn_id, goal, is_kept_here: true };
        EventMsg::ThreadGoalUpdated(event)
    }
}

impl GoalWork {
    fn time(&self) -> Duration {
        self.rest + self.since.map(|since| since.elapsed()).unwrap_or_default()
    }

    /// The goal with what was done for it.
    fn counted(&self, goal: &ThreadGoal) -> ThreadGoal {
        let seconds = i64::try_from(self.time().as_secs()).unwrap_or(i64::MAX);
        match (self.tokens, seconds) {
            (0, 0) => goal.clone(),
            (tokens, seconds) => goal::spent(goal, tokens, seconds, now_seconds()),
        }
    }

    /// All of that is in the goal now, except for a part of a second.
    fn settle(&mut self) {
        let time = self.time();
        self.rest = time.saturating_sub(Duration::from_secs(time.as_secs()));
        self.since = self.since.map(|_| Instant::now());
        self.tokens = 0;
    }

    /// Nobody works for it.
    fn forget(&mut self) {
        self.settle();
        self.since = None;
    }
}
