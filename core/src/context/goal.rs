//! How the goal of a conversation changes. Pure.
//!
//! A client sets it, the turns spend on it. Whoever sets a budget that is spent already has set a goal that begins no
//! turns.

use codex_protocol::goal::{GoalStatus, ThreadGoal};
use codex_protocol::ids::ConversationId;
use codex_protocol::usage::TokenUsage;

/// In characters.
const LONGEST_OBJECTIVE: usize = 4000;

/// What is to be changed; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoalChange {
    pub objective: Option<String>,
    pub status: Option<GoalStatus>,
    pub token_budget: Option<Option<i64>>,
}

/// Why a goal stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("goal objective must not be empty; say in `objective` what is to be reached")]
    Empty,
    #[error(
        "goal objective must be at most {LONGEST_OBJECTIVE} characters and has {0}; put details into a file and name \
         that in `objective`"
    )]
    TooLong(usize),
    #[error("goal budgets must be positive when provided; leave `tokenBudget` out for none")]
    Budget,
    #[error("cannot update goal for thread {0}: no goal exists; set one with `objective`")]
    None(ConversationId),
    #[error("ephemeral thread does not support goals: {0}; start one without `ephemeral`")]
    Ephemeral(ConversationId),
    #[error("goals feature is disabled; switch it on with `features.goals = true`")]
    Off,
    #[error("the goal could not be stored: {0}")]
    NotStored(String),
}

impl GoalChange {
    /// The goal after the change. `now` is in Unix seconds.
    pub fn apply(
        self,
        before: Option<&ThreadGoal>,
        id: ConversationId,
        now: i64,
    ) -> Result<ThreadGoal, Refused> {
        let objective = self.objective.map(|text| text.trim().to_owned());
        if let Some(objective) = &objective {
            let length = objective.chars().count();
            match length {
                0 => return Err(Refused::Empty),
                1..=LONGEST_OBJECTIVE => {}
                _ => return Err(Refused::TooLong(length)),
            }
        }
        if self.token_budget.flatten().is_some_and(|budget| budget <= 0) {
            return Err(Refused::Budget);
        }
        let mut goal = match (before, &objective) {
            (Some(before), _) => before.clone(),
            (None, Some(objective)) => fresh(id, objective.clone(), now),
            (None, None) => return Err(Refused::None(id)),
        };
        goal.objective = objective.unwrap_or(goal.objective);
        goal.status = self.status.unwrap_or(goal.status);
        goal.token_budget = self.token_budget.unwrap_or(goal.token_budget);
        goal.updated_at = now;
        Ok(limited(goal))
    }
}

fn fresh(thread_id: ConversationId, objective: String, now: i64) -> ThreadGoal {
    ThreadGoal {
        thread_id,
        objective,
        status: GoalStatus::Active,
        token_budget: None,
        tokens_used: 0,
        time_used_seconds: 0,
        created_at: now,
        updated_at: now,
    }
}

/// The goal after so much more work.
pub fn spent(goal: &ThreadGoal, tokens: i64, seconds: i64, now: i64) -> ThreadGoal {
    limited(ThreadGoal {
        tokens_used: goal.tokens_used.saturating_add(tokens),
        time_used_seconds: goal.time_used_seconds.saturating_add(seconds),
        updated_at: now,
        ..goal.clone()
    })
}

/// One that is active has something left to spend.
fn limited(mut goal: ThreadGoal) -> ThreadGoal {
    if goal.is_active() && goal.remaining_tokens() == Some(0) {
        goal.status = GoalStatus::BudgetLimited;
    }
    goal
}

/// What a response costs: what the server had to read anew, and what the model wrote.
pub fn cost(usage: &TokenUsage) -> i64 {
    let anew = usage.input_tokens.saturating_sub(usage.cached_input_tokens).max(0);
    anew.saturating_add(usage.output_tokens.max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> ConversationId {
        "01a20507-a775-7583-bb12-157c0e80978f".parse().unwrap()
    }

    fn objective(text: &str) -> GoalChange {
        GoalChange { objective: Some(text.to_owned()), ..GoalChange::default() }
    }

    fn budget(tokens: Option<i64>) -> GoalChange {
        GoalChange { token_budget: Some(tokens), ..GoalChange::default() }
    }

    #[test]
    fn what_is_absent_stays() {
        let goal = objective("  reach it ").apply(None, id(), 5).unwrap();
        assert_eq!(
            (goal.objective.as_str(), goal.status, goal.created_at),
            ("reach it", GoalStatus::Active, 5)
        );
        let goal = spent(&goal, 100, 7, 6);
        let goal = budget(Some(300)).apply(Some(&goal), id(), 8).unwrap();
        let paused = GoalChange { status: Some(GoalStatus::Paused), ..GoalChange::default() };
        let goal = paused.apply(Some(&goal), id(), 9).unwrap();
        assert_eq!((goal.objective.as_str(), goal.token_budget), ("reach it", Some(300)));
        assert_eq!((goal.tokens_used, goal.time_used_seconds), (100, 7));
        assert_eq!((goal.created_at, goal.updated_at), (5, 9));
        let goal = budget(None).apply(Some(&goal), id(), 10).unwrap();
        assert_eq!((goal.token_budget, goal.status), (None, GoalStatus::Paused));
    }

    #[test]
    fn nothing_bad_is_taken() {
        let refused = |change: GoalChange| change.apply(None, id(), 5).unwrap_err();
        assert_eq!(refused(objective(" \n ")), Refused::Empty);
        assert_eq!(refused(objective(&"\u{e4}".repeat(4001))), Refused::TooLong(4001));
        assert!(objective(&"\u{e4}".repeat(4000)).apply(None, id(), 5).is_ok());
        assert_eq!(refused(GoalChange { token_budget: Some(Some(0)), ..objective("x") }), Refused::Budget);
        assert_eq!(refused(budget(Some(-1))), Refused::Budget);
        assert_eq!(refused(budget(Some(1))), Refused::None(id()));
    }

    #[test]
    fn a_goal_without_anything_left_is_not_active() {
        let goal =
            GoalChange { token_budget: Some(Some(200)), ..objective("x") }.apply(None, id(), 5).unwrap();
        let goal = spent(&goal, 199, 0, 6);
        assert!(goal.is_active());
        let goal = spent(&goal, 1, 0, 6);
        assert_eq!(goal.status, GoalStatus::BudgetLimited);
        let again = GoalChange { status: Some(GoalStatus::Active), ..GoalChange::default() };
        let same = again.clone().apply(Some(&goal), id(), 7).unwrap();
        assert_eq!(same.status, GoalStatus::BudgetLimited);
        let more = GoalChange { token_budget: Some(Some(201)), ..again }.apply(Some(&goal), id(), 7).unwrap();
        assert_eq!((more.status, more.remaining_tokens()), (GoalStatus::Active, Some(1)));
    }

    #[test]
    fn what_was_cached_costs_nothing() {
        let usage = TokenUsage {
            input_tokens: 1000,
            cached_input_tokens: 600,
            output_tokens: 50,
            ..TokenUsage::default()
        };
        assert_eq!(cost(&usage), 450);
        assert_eq!(cost(&TokenUsage { input_tokens: 5, ..usage }), 50);
    }
}
