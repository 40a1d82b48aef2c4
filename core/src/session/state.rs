//! What a session knows, as a fold over its rollout.
//!
//! Live and resumed sessions go through the same [`SessionState::apply`], so resuming gives what was
//! there before. Everything that is looked at here must therefore be kept in the file.

use codex_protocol::event::EventMsg;
use codex_protocol::events::goal::ThreadGoalUpdatedEvent;
use codex_protocol::events::turn::UndoCompletedEvent;
use codex_protocol::events::usage::TokenCountEvent;
use codex_protocol::goal::{GoalStatus, ThreadGoal};
use codex_protocol::ids::ConversationId;
use codex_protocol::mode::Mode;
use codex_protocol::rollout::{RolloutItem, TurnContextItem};
use codex_protocol::usage::{RateLimitSnapshot, TokenUsageInfo};

use crate::context::compact;
use crate::context::history::ContextManager;
use crate::context::tokens;
use crate::context::truncate::OutputLimit;

/// Tools cut their own output to what the turn allows; this is above every setting that makes sense.
const CEILING: OutputLimit = OutputLimit::tokens(200_000);

#[derive(Clone, Debug, Default)]
pub struct SessionState {
    pub history: ContextManager,
    pub tokens: Option<TokenUsageInfo>,
    pub limits: Option<RateLimitSnapshot>,
    /// The settings of the last turn.
    pub last_context: Option<TurnContextItem>,
    /// The last one, which the history contains as a message of the user.
    summary: Option<String>,
    /// The last one, which may be that of the conversation that this one is a fork of.
    goal: Option<ThreadGoal>,
    /// Tokens of what the model was shown and said when they were last counted; none since a compaction.
    counted: Option<i64>,
    /// Estimated tokens of what has come since.
    uncounted: i64,
}

impl SessionState {
    pub fn of(items: &[RolloutItem]) -> Self {
        let mut state = Self::default();
        items.iter().for_each(|item| state.apply(item));
        state
    }

    /// The mode of the last turn.
    pub fn mode(&self) -> Mode {
        let stored = self.last_context.as_ref().and_then(|context| context.collaboration_mode.as_ref());
        stored.map(Mode::from).unwrap_or_default()
    }

    /// The same without the goal of another conversation, which the history of a fork tells of.
    pub fn of_thread(mut self, id: ConversationId) -> Self {
        self.goal = self.goal.filter(|goal| goal.thread_id == id);
        self
    }

    /// What the conversation is to reach by itself. A fork has no goal of its source.
    pub fn goal_of(&self, id: ConversationId) -> Option<&ThreadGoal> {
        self.goal.as_ref().filter(|goal| goal.thread_id == id)
    }

    /// What took the place of an earlier history.
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    /// How many tokens the model is shown, as counted by its server, else about. `around` are those that are no items.
    pub fn used(&self, around: i64) -> i64 {
        self.counted.unwrap_or(around).saturating_add(self.uncounted)
    }

    /// The only way in which this changes.
    pub fn apply(&mut self, item: &RolloutItem) {
        match item {
            RolloutItem::ResponseItem(item) => {
                self.uncounted = self.uncounted.saturating_add(tokens::of_item(item));
                self.history.push(item.clone(), CEILING);
            }
            RolloutItem::Compacted(compacted) => {
                let summary = &compacted.message;
                let items = compacted.replacement_history.clone().unwrap_or_else(|| {
                    compact::compacted(self.history.items(), self.summary.as_deref(), summary)
                });
                self.history.replace(items);
                self.summary = Some(summary.clone());
                self.counted = None;
                self.uncounted = self.history.tokens();
            }
            RolloutItem::TurnContext(context) => self.last_context = Some((**context).clone()),
            RolloutItem::EventMsg(EventMsg::TokenCount(TokenCountEvent { info, rate_limits })) => {
                if let Some(info) = info {
                    self.tokens = Some(*info);
                    self.counted = Some(info.last_token_usage.total_tokens);
                    self.uncounted = 0;
                }
                self.limits = rate_limits.clone().or_else(|| self.limits.take());
            }
            RolloutItem::EventMsg(EventMsg::UndoCompleted(UndoCompletedEvent { success: true, .. })) => {
                self.history.drop_newest_snapshot();
            }
            RolloutItem::EventMsg(EventMsg::ThreadGoalUpdated(ThreadGoalUpdatedEvent {
                goal,
                is_kept_here,
                ..
            })) => {
                let mut goal = goal.clone();
                // What has become of it is not known, so nothing begins because of it.
                if goal.is_active() && !is_kept_here {
                    goal.status = GoalStatus::Paused;
                }
                self.goal = Some(goal);
            }
            RolloutItem::EventMsg(EventMsg::ThreadGoalCleared(_)) => self.goal = None,
            RolloutItem::EventMsg(_) | RolloutItem::SessionMeta(_) => {}
        }
    }
}
