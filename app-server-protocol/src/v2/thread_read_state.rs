//! Read states: from where on the user has not read a thread yet.

use serde::{Deserialize, Serialize};

/// How far the user has read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadReadState {
    /// Where the unread part begins; `null` when all is read.
    pub first_unread: Option<ThreadUnreadPosition>,
    /// Version of this state, to notice changes by.
    pub revision: String,
}

/// Where the unread part of a thread begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ThreadUnreadPosition {
    /// At the very beginning.
    ThreadStart,
    /// With a turn.
    Turn {
        /// That turn.
        turn_id: String,
    },
}

/// Says that a thread was read, or that it is to count as unread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadReadStateUpdateParams {
    /// The thread, loaded or not.
    pub thread_id: String,
    /// What to do.
    pub operation: ThreadReadStateOperation,
    /// The revision that the client knows. Another one is refused, and the answer says what holds.
    pub expected_revision: String,
}

/// What becomes of a read state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ThreadReadStateOperation {
    /// All is read.
    Read,
    /// Nothing is.
    Unread,
}

/// What holds now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadReadStateUpdateResponse {
    /// The new state.
    pub read_state: ThreadReadState,
}

/// A turn was added, or somebody has read the thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadReadStateChangedNotification {
    /// The thread.
    pub thread_id: String,
    /// Its new state.
    pub read_state: ThreadReadState,
}
