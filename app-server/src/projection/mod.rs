//! Events of one conversation ▶ what its clients are told. Pure: no I/O, no channels; the clock is handed in.
//!
//! The projection remembers only what later events need: the running turn, its open items, the questions that wait
//! for an answer, and the status that was last told. Every event of the engine has an arm here, and none is dropped
//! without a reason beside it. The same conversions build the turns of stored conversations ([`history`]).

pub(crate) mod approval;
pub(crate) mod effect;
pub(crate) mod history;
mod item;
mod notice;
pub(crate) mod question;
mod status;
mod turn;

#[cfg(test)]
mod history_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use codex_app_server_protocol::v2::item::ThreadItem;
use codex_app_server_protocol::v2::turn::{Turn, TurnStatus};
use codex_protocol::event::{Event, EventMsg};
use codex_protocol::ids::{ItemId, TurnId};
use codex_protocol::input::UserInput;
use codex_protocol::turn_item::{TurnItem, UserMessageItem};

use crate::convert::to_wire::item::{Times, item as wire_item};

use effect::{AskKey, Effects, Waiting};
use item::OpenItem;
use status::Status;
use turn::RunningTurn;

/// A turn that has been accepted and has not begun.
pub(crate) fn accepted_turn(id: &TurnId) -> Turn {
    turn::turn(id, turn::TurnEnd::new(TurnStatus::InProgress))
}

/// A review that has been accepted and has not begun, with what the user is shown of it.
pub(crate) fn accepted_review(id: &TurnId, label: String) -> Turn {
    let content = vec![UserInput::text(label)];
    let message = UserMessageItem { id: ItemId::from(id.as_str()), client_id: None, content };
    let items = vec![wire_item(TurnItem::UserMessage(message), Times::default())];
    Turn { items, ..accepted_turn(id) }
}

/// Unix milliseconds.
pub(crate) type Clock = fn() -> i64;

/// What the clients of one thread have been told so far.
#[derive(Debug)]
pub(crate) struct Projection {
    thread_id: String,
    clock: Clock,
    status: Status,
    turn: Option<RunningTurn>,
    /// Items that have started and not completed, those of background processes included.
    open: Vec<OpenItem>,
    /// Items that were complete before their turn was told of: the beginning of a review.
    early: Vec<(TurnId, ItemId)>,
    asks: Vec<(AskKey, Waiting)>,
    last_turn: Option<TurnId>,
}

/// How far the clients have been told, for one that joins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// The last turn that has ended.
    pub(crate) last_turn: Option<TurnId>,
    pub(crate) running: Option<Progress>,
}

/// A running turn as clients have seen it.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    /// Without items.
    pub(crate) turn: Turn,
    /// The items that have been told as complete.
    pub(crate) completed: Vec<ItemId>,
    /// The items that are being worked on, with what they say so far.
    pub(crate) open: Vec<ThreadItem>,
}

impl Projection {
    /// An idle thread. Its turns up to the last one, if it has any, are known from reading it.
    pub(crate) fn new(thread_id: String, last_turn: Option<TurnId>, clock: Clock) -> Self {
        Self {
            thread_id,
            clock,
            status: Status::default(),
            turn: None,
            open: Vec::new(),
            early: Vec::new(),
            asks: Vec::new(),
            last_turn,
        }
    }

    pub(crate) fn told(&self) -> Told {
        Told { last_turn: self.last_turn.clone(), running: self.progress() }
    }

    /// Whether a turn runs, or something that a turn has left running, or somebody is asked.
    pub(crate) fn is_busy(&self) -> bool {
        self.turn.is_some() || !self.open.is_empty() || !self.asks.is_empty()
    }

    fn progress(&self) -> Option<Progress> {
        let turn = self.turn.as_ref()?;
        Some(Progress {
            turn: turn.in_progress(),
            completed: turn.completed.clone(),
            open: self.open.iter().filter(|open| open.turn_id == turn.id).map(OpenItem::so_far).collect(),
        })
    }

    /// Appends what the event means to `out`.
    pub(crate) fn apply(&mut self, event: Event, out: &mut Effects) {
        let Event { id, msg } = event;
        match msg {
            EventMsg::AgentMessageContentDelta(event) => self.agent_message_delta(id, event, out),
            EventMsg::PlanDelta(event) => self.plan_delta(id, event, out),
            EventMsg::ReasoningContentDelta(event) => self.reasoning_delta(id, event, out),
            EventMsg::ReasoningRawContentDelta(event) => self.raw_reasoning_delta(id, event, out),
            EventMsg::AgentReasoningSectionBreak(event) => self.reasoning_part(id, event, out),
            EventMsg::ExecOutputDelta(event) => self.command_output(id, event, out),
            EventMsg::TerminalInteraction(event) => self.terminal_interaction(id, event, out),
            EventMsg::ItemStarted(event) => self.item_started(event, out),
            EventMsg::ItemCompleted(event) => self.item_completed(event, out),

            EventMsg::TurnStarted(event) => self.turn_started(id, event, out),
            EventMsg::TurnComplete(event) => self.turn_complete(id, event, out),
            EventMsg::TurnAborted(event) => self.turn_aborted(id, event, out),
            EventMsg::TurnDiff(event) => self.turn_diff(id, event, out),
            EventMsg::PlanUpdate(event) => self.plan_update(id, event, out),

            EventMsg::ExecApprovalRequest(event) => self.exec_approval(id, event, out),
            EventMsg::ApplyPatchApprovalRequest(event) => self.patch_approval(id, event, out),
            EventMsg::ElicitationRequest(event) => approval::refuse_elicitation(event, out),
            EventMsg::RequestUserInput(event) => self.user_input(id, event, out),
            EventMsg::RequestPermissions(event) => self.permissions(id, event, out),
            EventMsg::DynamicToolCallRequest(event) => self.dynamic_tool_call(id, event, out),

            EventMsg::TokenCount(event) => self.token_count(id, event, out),
            EventMsg::ThreadGoalUpdated(event) => notice::goal_updated(event, out),
            EventMsg::ThreadGoalCleared(event) => notice::goal_cleared(&event, out),
            EventMsg::Error(event) => self.error(id, event, out),
            EventMsg::StreamError(event) => self.stream_error(id, event, out),
            EventMsg::Warning(event) => self.warning(event, out),
            EventMsg::DeprecationNotice(event) => notice::deprecation(event, out),
            EventMsg::ThreadNameUpdated(event) => notice::name_updated(event, out),

            // The answer to thread/start or thread/resume says it all.
            EventMsg::SessionConfigured(_)
            // Whoever unloads the thread tells so.
            | EventMsg::ShutdownComplete
            // A line for a terminal's status bar; the wire has no place for it.
            | EventMsg::BackgroundEvent(_)
            // The items of a review say the same.
            | EventMsg::EnteredReviewMode(_) | EventMsg::ExitedReviewMode(_)
            // Have no notification yet: nothing of this server emits them.
            | EventMsg::McpStartupUpdate(_) | EventMsg::McpStartupComplete(_) | EventMsg::McpToolCallProgress(_)
            // This API has no undo.
            | EventMsg::UndoStarted(_) | EventMsg::UndoCompleted(_)
            // Only in stored conversations of 2025; see `history`.
            | EventMsg::UserMessage(_) | EventMsg::AgentMessage(_) | EventMsg::AgentReasoning(_)
            | EventMsg::AgentReasoningRawContent(_) => {}
        }
    }
}
