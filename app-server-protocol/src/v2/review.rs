//! Having changes reviewed.

use serde::{Deserialize, Serialize};

use super::turn::Turn;

/// Has the model review changes, apart from the conversation. A running turn ends for that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ReviewStartParams {
    /// The thread.
    pub thread_id: String,
    /// What is reviewed.
    pub target: ReviewTarget,
    /// Where the review takes place; in this thread if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<ReviewDelivery>,
}

/// The review is about to begin, as a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ReviewStartResponse {
    /// The turn, with a message that says what is reviewed.
    pub turn: Turn,
    /// The thread that tells of the review.
    pub review_thread_id: String,
}

/// What is reviewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ReviewTarget {
    /// The working tree: what is staged, what is not, and new files.
    UncommittedChanges,
    /// What has changed since the current branch left another one.
    BaseBranch {
        /// The other branch.
        branch: String,
    },
    /// What a commit has changed.
    Commit {
        /// The commit.
        sha: String,
        /// What people call it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// Whatever the user says.
    Custom {
        /// In the user's words.
        instructions: String,
    },
}

/// Where a review takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ReviewDelivery {
    /// In the thread itself.
    Inline,
}
