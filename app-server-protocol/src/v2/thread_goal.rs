//! What a thread is to reach by itself: while its goal is active, the server starts turns without a message of the user.

use serde::{Deserialize, Serialize};

use super::shared::three_state;

/// The goal of a thread with what has been spent on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoal {
    /// The thread.
    pub thread_id: String,
    /// What is to be reached.
    pub objective: String,
    /// How it stands.
    pub status: ThreadGoalStatus,
    /// How many tokens may be spent on it; `null` for any number.
    pub token_budget: Option<i64>,
    /// Tokens that were spent on it: those the model read anew, and those it wrote.
    pub tokens_used: i64,
    /// How long turns have worked on it.
    pub time_used_seconds: i64,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
}

/// How a goal stands. Only an active one starts turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ThreadGoalStatus {
    /// It is worked on.
    Active,
    /// The user has paused it.
    Paused,
    /// A turn has failed, or the agent cannot go on alone.
    Blocked,
    /// The user's plan is used up.
    UsageLimited,
    /// Its own budget is used up.
    BudgetLimited,
    /// It is reached.
    Complete,
}

/// Who changes a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ThreadGoalMutationOrigin {
    /// The user.
    User,
    /// The client by itself.
    Automatic,
}

/// Gives a thread a goal, or changes it. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalSetParams {
    /// The thread.
    pub thread_id: String,
    /// What is to be reached, at most 4000 characters. A new goal needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    /// How it stands; a new goal is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ThreadGoalStatus>,
    /// How many tokens may be spent on it, in all; `null` for any number.
    #[serde(default, deserialize_with = "three_state", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<i64>"), ts(as = "Option<i64>"))]
    pub token_budget: Option<Option<i64>>,
    /// Who wants it. It makes no difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<ThreadGoalMutationOrigin>,
}

/// The goal as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalSetResponse {
    /// The goal.
    pub goal: ThreadGoal,
}

/// Asks for the goal of a thread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalGetParams {
    /// The thread.
    pub thread_id: String,
}

/// The goal, if the thread has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalGetResponse {
    /// The goal, or `null`.
    pub goal: Option<ThreadGoal>,
}

/// Takes the goal of a thread away. A turn that runs goes on to its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalClearParams {
    /// The thread.
    pub thread_id: String,
    /// Who wants it. It makes no difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<ThreadGoalMutationOrigin>,
}

/// Whether there was a goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalClearResponse {
    /// False if there was none.
    pub cleared: bool,
}

/// The goal of a thread has changed, or more was spent on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalUpdatedNotification {
    /// The thread.
    pub thread_id: String,
    /// The turn that changed it; `null` if a client did, or only tells how it is.
    pub turn_id: Option<String>,
    /// The goal as it is now.
    pub goal: ThreadGoal,
}

/// A thread has no goal any more, or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadGoalClearedNotification {
    /// The thread.
    pub thread_id: String,
}
