//! A turn as a whole: its start, its end, its diff and its plan.

use serde::{Deserialize, Serialize};

use crate::events::notice::ErrorEvent;
use crate::ids::TurnId;
use crate::plan::PlanStep;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnStartedEvent {
    /// Absent in files of 2025.
    #[serde(default)]
    pub turn_id: Option<TurnId>,
    #[serde(default)]
    pub root_turn_id: Option<TurnId>,
    /// Unix seconds.
    #[serde(default)]
    pub started_at: Option<i64>,
    #[serde(default)]
    pub model_context_window: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnCompleteEvent {
    #[serde(default)]
    pub turn_id: Option<TurnId>,
    #[serde(default)]
    pub root_turn_id: Option<TurnId>,
    #[serde(default)]
    pub last_agent_message: Option<String>,
    /// Why the turn failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorEvent>,
    /// Unix seconds.
    #[serde(default)]
    pub started_at: Option<i64>,
    #[serde(default)]
    pub completed_at: Option<i64>,
    #[serde(default)]
    pub duration_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnAbortedEvent {
    #[serde(default)]
    pub turn_id: Option<TurnId>,
    pub reason: TurnAbortReason,
    #[serde(default)]
    pub started_at: Option<i64>,
    #[serde(default)]
    pub completed_at: Option<i64>,
    #[serde(default)]
    pub duration_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnAbortReason {
    Interrupted,
    Replaced,
    ReviewEnded,
}

/// Everything the turn changed in files so far, as git would print it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnDiffEvent {
    pub unified_diff: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanUpdateEvent {
    #[serde(default)]
    pub explanation: Option<String>,
    pub plan: Vec<PlanStep>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UndoCompletedEvent {
    pub success: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
