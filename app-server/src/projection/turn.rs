//! A turn as a whole: start, end, diff, plan.
//!
//! Exactly one `turn/completed` follows a `turn/started`, the status always changes before it, and questions that are
//! still open are withdrawn after it.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::error::{ErrorNotification, TurnError};
use codex_app_server_protocol::v2::item::ThreadItem;
use codex_app_server_protocol::v2::turn as wire;
use codex_protocol::events::turn::{
    PlanUpdateEvent, TurnAbortedEvent, TurnCompleteEvent, TurnDiffEvent, TurnStartedEvent,
};
use codex_protocol::ids::{ItemId, TurnId};
use codex_protocol::plan::StepStatus;

use super::Projection;
use super::effect::{Effect, Effects};
use super::status::Status;
use crate::convert::to_wire::error::turn_error;

/// The turn between its start and its end.
#[derive(Debug)]
pub(super) struct RunningTurn {
    pub(super) id: TurnId,
    /// Unix seconds.
    started_at: i64,
    pub(super) completed: Vec<ItemId>,
    pub(super) last_message: Option<ThreadItem>,
    pub(super) error: Option<TurnError>,
}

impl RunningTurn {
    /// The turn as its start shows it.
    pub(super) fn in_progress(&self) -> wire::Turn {
        let end = TurnEnd { started_at: Some(self.started_at), ..TurnEnd::new(wire::TurnStatus::InProgress) };
        turn(&self.id, end)
    }
}

/// What there is to say of a turn besides its items.
#[derive(Clone, Debug)]
pub(super) struct TurnEnd {
    pub(super) status: wire::TurnStatus,
    pub(super) error: Option<TurnError>,
    pub(super) started_at: Option<i64>,
    pub(super) completed_at: Option<i64>,
    pub(super) duration_ms: Option<i64>,
}

impl TurnEnd {
    pub(super) fn new(status: wire::TurnStatus) -> Self {
        Self { status, error: None, started_at: None, completed_at: None, duration_ms: None }
    }

    pub(super) fn complete(event: TurnCompleteEvent) -> Self {
        let error = event.error.map(turn_error);
        Self {
            status: if error.is_some() { wire::TurnStatus::Failed } else { wire::TurnStatus::Completed },
            error,
            started_at: event.started_at,
            completed_at: event.completed_at,
            duration_ms: event.duration_ms,
        }
    }

    pub(super) fn aborted(event: &TurnAbortedEvent) -> Self {
        Self {
            started_at: event.started_at,
            completed_at: event.completed_at,
            duration_ms: event.duration_ms,
            ..Self::new(wire::TurnStatus::Interrupted)
        }
    }
}

/// A turn without items.
pub(super) fn turn(id: &TurnId, end: TurnEnd) -> wire::Turn {
    wire::Turn {
        id: id.to_string(),
        root_turn_id: Some(id.to_string()),
        items: Vec::new(),
        items_view: wire::TurnItemsView::NotLoaded,
        status: end.status,
        error: end.error,
        started_at: end.started_at,
        completed_at: end.completed_at,
        duration_ms: end.duration_ms,
    }
}

impl Projection {
    pub(super) fn turn_started(&mut self, id: TurnId, event: TurnStartedEvent, out: &mut Effects) {
        let id = event.turn_id.unwrap_or(id);
        let early = std::mem::take(&mut self.early).into_iter().filter(|(turn, _)| *turn == id);
        let completed = early.map(|(_, item)| item).collect();
        let running = RunningTurn {
            id,
            started_at: event.started_at.unwrap_or_else(|| (self.clock)() / 1000),
            completed,
            last_message: None,
            error: None,
        };
        let turn = running.in_progress();
        self.turn = Some(running);
        self.set_active(out);
        out.push_back(Effect::Notify(ServerNotification::TurnStarted(wire::TurnStartedNotification {
            thread_id: self.thread_id.clone(),
            turn,
        })));
    }

    pub(super) fn turn_complete(&mut self, id: TurnId, event: TurnCompleteEvent, out: &mut Effects) {
        let id = event.turn_id.clone().unwrap_or(id);
        let mut end = TurnEnd::complete(event);
        // What could not be stored is told as an error of the turn that its own end does not know of.
        let told = self.turn.as_ref().filter(|running| running.id == id);
        if let (None, Some(error)) = (&end.error, told.and_then(|running| running.error.clone())) {
            end.status = wire::TurnStatus::Failed;
            end.error = Some(error);
        }
        self.end_turn(&id, end, out);
    }

    pub(super) fn turn_aborted(&mut self, id: TurnId, event: TurnAbortedEvent, out: &mut Effects) {
        let id = event.turn_id.clone().unwrap_or(id);
        self.end_turn(&id, TurnEnd::aborted(&event), out);
    }

    fn end_turn(&mut self, id: &TurnId, mut end: TurnEnd, out: &mut Effects) {
        let Some(running) = self.turn.take_if(|running| running.id == *id) else {
            return;
        };
        end.started_at.get_or_insert(running.started_at);
        end.completed_at.get_or_insert_with(|| (self.clock)() / 1000);
        match end.status {
            wire::TurnStatus::Failed => {
                self.set_status(Status::SystemError, out);
                if let Some(error) = end.error.clone().filter(|_| running.error.is_none()) {
                    out.push_back(self.failed(id, error));
                }
            }
            wire::TurnStatus::Completed | wire::TurnStatus::Interrupted | wire::TurnStatus::InProgress => {
                end.error = None;
                self.set_status(Status::Idle, out);
            }
        }
        let completed = end.status == wire::TurnStatus::Completed;
        let mut turn = turn(id, end);
        if let Some(message) = running.last_message.filter(|_| completed) {
            turn.items.push(message);
            turn.items_view = wire::TurnItemsView::Summary;
        }
        out.push_back(Effect::Notify(ServerNotification::TurnCompleted(wire::TurnCompletedNotification {
            thread_id: self.thread_id.clone(),
            turn,
        })));
        self.last_turn = Some(id.clone());
        // Only a process can go on after its turn.
        self.open.retain(|open| open.turn_id != *id || open.is_process());
        let withdrawn = self.asks.iter().filter(|(key, _)| key.turn_id == *id);
        out.extend(withdrawn.map(|(key, _)| Effect::Withdraw(key.clone())));
    }

    /// The news that a turn cannot go on.
    pub(super) fn failed(&self, id: &TurnId, error: TurnError) -> Effect {
        Effect::Notify(ServerNotification::Error(ErrorNotification {
            error,
            will_retry: false,
            thread_id: self.thread_id.clone(),
            turn_id: id.to_string(),
        }))
    }

    pub(super) fn turn_diff(&mut self, id: TurnId, event: TurnDiffEvent, out: &mut Effects) {
        out.push_back(Effect::Notify(ServerNotification::TurnDiffUpdated(
            wire::TurnDiffUpdatedNotification {
                thread_id: self.thread_id.clone(),
                turn_id: id.to_string(),
                diff: event.unified_diff,
            },
        )));
    }

    pub(super) fn plan_update(&mut self, id: TurnId, event: PlanUpdateEvent, out: &mut Effects) {
        let plan = event.plan.into_iter().map(|step| wire::TurnPlanStep {
            step: step.step,
            status: match step.status {
                StepStatus::Pending => wire::TurnPlanStepStatus::Pending,
                StepStatus::InProgress => wire::TurnPlanStepStatus::InProgress,
                StepStatus::Completed => wire::TurnPlanStepStatus::Completed,
            },
        });
        out.push_back(Effect::Notify(ServerNotification::TurnPlanUpdated(
            wire::TurnPlanUpdatedNotification {
                thread_id: self.thread_id.clone(),
                turn_id: id.to_string(),
                explanation: event.explanation,
                plan: plan.collect(),
            },
        )));
    }
}
