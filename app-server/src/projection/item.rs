//! One entry of a turn: its start, its deltas, its end.
//!
//! Deltas are the hot path: three ids are copied and the text is moved. What a message or a plan says so far is kept
//! until it completes, because a client that joins in the middle gets the deltas of before from nowhere else.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::item::{ThreadItem, ThreadItemDetails};
use codex_app_server_protocol::v2::item_delta as wire;
use codex_protocol::events::exec::{ExecOutputDeltaEvent, TerminalInteractionEvent};
use codex_protocol::events::item::{ItemCompletedEvent, ItemStartedEvent};
use codex_protocol::events::message::{
    ContentDeltaEvent, PlanDeltaEvent, RawReasoningDeltaEvent, ReasoningDeltaEvent,
    ReasoningSectionBreakEvent,
};
use codex_protocol::ids::{ItemId, TurnId};

use super::Projection;
use super::effect::{Effect, Effects};
use crate::convert::to_wire::item::{Times, item};

/// An item between its start and its end.
#[derive(Debug)]
pub(super) struct OpenItem {
    pub(super) turn_id: TurnId,
    pub(super) id: ItemId,
    pub(super) started_at_ms: i64,
    item: ThreadItem,
    /// The deltas of a message or a plan, put together.
    text: String,
}

impl OpenItem {
    pub(super) fn so_far(&self) -> ThreadItem {
        let mut item = self.item.clone();
        if let ThreadItemDetails::AgentMessage { text, .. } | ThreadItemDetails::Plan { text, .. } =
            &mut item.details
        {
            text.push_str(&self.text);
        }
        item
    }

    pub(super) fn is_process(&self) -> bool {
        matches!(&self.item.details, ThreadItemDetails::CommandExecution { process_id: Some(_), .. })
    }
}

impl Projection {
    pub(super) fn item_started(&mut self, event: ItemStartedEvent, out: &mut Effects) {
        let id = event.item.id().clone();
        let started_at_ms = event.started_at_ms.unwrap_or_else(self.clock);
        let item = item(event.item, Times { started: Some(started_at_ms), completed: None });
        out.push_back(Effect::Notify(ServerNotification::ItemStarted(wire::ItemStartedNotification {
            item: item.clone(),
            thread_id: self.thread_id.clone(),
            turn_id: event.turn_id.to_string(),
            started_at_ms,
        })));
        self.open.push(OpenItem { turn_id: event.turn_id, id, started_at_ms, item, text: String::new() });
    }

    pub(super) fn item_completed(&mut self, event: ItemCompletedEvent, out: &mut Effects) {
        let id = event.item.id().clone();
        let at = self.open.iter().position(|open| open.id == id && open.turn_id == event.turn_id);
        let open = at.map(|at| self.open.swap_remove(at));
        let completed_at_ms = event.completed_at_ms.unwrap_or_else(self.clock);
        let started = event.started_at_ms.or(open.map(|open| open.started_at_ms));
        let item = item(event.item, Times { started, completed: Some(completed_at_ms) });
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.id == event.turn_id) {
            turn.completed.push(id);
            if matches!(item.details, ThreadItemDetails::AgentMessage { .. }) {
                turn.last_message = Some(item.clone());
            }
        } else if matches!(item.details, ThreadItemDetails::EnteredReviewMode { .. }) {
            self.early.push((event.turn_id.clone(), id));
        }
        out.push_back(Effect::Notify(ServerNotification::ItemCompleted(wire::ItemCompletedNotification {
            item,
            thread_id: self.thread_id.clone(),
            turn_id: event.turn_id.to_string(),
            content_token_count: None,
            completed_at_ms,
        })));
    }

    fn grow(&mut self, id: &ItemId, delta: &str) {
        if let Some(open) = self.open.iter_mut().rev().find(|open| open.id == *id) {
            open.text.push_str(delta);
        }
    }

    pub(super) fn agent_message_delta(&mut self, turn: TurnId, event: ContentDeltaEvent, out: &mut Effects) {
        self.grow(&event.item_id, &event.delta);
        out.push_back(Effect::Notify(ServerNotification::AgentMessageDelta(
            wire::AgentMessageDeltaNotification {
                thread_id: self.thread_id.clone(),
                turn_id: turn.to_string(),
                item_id: event.item_id.to_string(),
                delta: event.delta,
            },
        )));
    }

    pub(super) fn plan_delta(&mut self, turn: TurnId, event: PlanDeltaEvent, out: &mut Effects) {
        self.grow(&event.item_id, &event.delta);
        out.push_back(Effect::Notify(ServerNotification::PlanDelta(wire::PlanDeltaNotification {
            thread_id: self.thread_id.clone(),
            turn_id: turn.to_string(),
            item_id: event.item_id.to_string(),
            delta: event.delta,
        })));
    }

    pub(super) fn reasoning_delta(&mut self, turn: TurnId, event: ReasoningDeltaEvent, out: &mut Effects) {
        out.push_back(Effect::Notify(ServerNotification::ReasoningSummaryTextDelta(
            wire::ReasoningSummaryTextDeltaNotification {
                thread_id: self.thread_id.clone(),
                turn_id: turn.to_string(),
                item_id: event.item_id.to_string(),
                delta: event.delta,
                summary_index: event.summary_index,
            },
        )));
    }

    pub(super) fn raw_reasoning_delta(
        &mut self,
        turn: TurnId,
        event: RawReasoningDeltaEvent,
        out: &mut Effects,
    ) {
        out.push_back(Effect::Notify(ServerNotification::ReasoningTextDelta(
            wire::ReasoningTextDeltaNotification {
                thread_id: self.thread_id.clone(),
                turn_id: turn.to_string(),
                item_id: event.item_id.to_string(),
                delta: event.delta,
                content_index: event.content_index,
            },
        )));
    }

    pub(super) fn reasoning_part(
        &mut self,
        turn: TurnId,
        event: ReasoningSectionBreakEvent,
        out: &mut Effects,
    ) {
        out.push_back(Effect::Notify(ServerNotification::ReasoningSummaryPartAdded(
            wire::ReasoningSummaryPartAddedNotification {
                thread_id: self.thread_id.clone(),
                turn_id: turn.to_string(),
                item_id: event.item_id.to_string(),
                summary_index: event.summary_index,
            },
        )));
    }

    /// The wire does not tell stdout from stderr.
    pub(super) fn command_output(&mut self, turn: TurnId, event: ExecOutputDeltaEvent, out: &mut Effects) {
        out.push_back(Effect::Notify(ServerNotification::CommandExecutionOutputDelta(
            wire::CommandExecutionOutputDeltaNotification {
                thread_id: self.thread_id.clone(),
                turn_id: turn.to_string(),
                item_id: event.item_id.to_string(),
                delta: event.delta,
            },
        )));
    }

    pub(super) fn terminal_interaction(
        &mut self,
        turn: TurnId,
        event: TerminalInteractionEvent,
        out: &mut Effects,
    ) {
        out.push_back(Effect::Notify(ServerNotification::TerminalInteraction(
            wire::TerminalInteractionNotification {
                thread_id: self.thread_id.clone(),
                turn_id: turn.to_string(),
                item_id: event.item_id.to_string(),
                process_id: event.process_id,
                stdin: event.stdin,
            },
        )));
    }
}
