//! Steps about the goal of the conversation.

use codex_core::context::goal::GoalChange;
use codex_protocol::goal::GoalStatus;

use crate::playing::Playing;
use crate::told::Told;

impl Playing {
    pub async fn change_goal(&mut self, verb: &str, rest: &str) {
        let change = match (verb, rest) {
            ("no-goal", _) => {
                let cleared = self.conversation.clear_goal().await.unwrap();
                drop(cleared.unwrap().expect("there is a goal").go);
                return;
            }
            ("budget", tokens) => {
                GoalChange { token_budget: Some(Some(tokens.parse().unwrap())), ..GoalChange::default() }
            }
            (_, "") => GoalChange { status: Some(GoalStatus::Active), ..GoalChange::default() },
            (_, objective) => GoalChange { objective: Some(objective.into()), ..GoalChange::default() },
        };
        drop(self.conversation.set_goal(change).await.unwrap().unwrap().go);
        // What follows was told before anything else is.
        self.conversation.snapshot().await.unwrap();
    }

    /// As whoever looks after the conversation does when a turn has been completed.
    pub async fn go_on(&mut self, told: &mut Told) {
        self.turn = self.conversation.go_on().await.unwrap();
        if self.turn.is_none() {
            told.note("nothing begins");
        }
    }
}
