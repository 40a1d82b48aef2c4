//! What a session reports: one variant per fact.
//!
//! Commands, patches, tool calls, messages and reasoning are reported as items
//! ([`crate::turn_item::TurnItem`]) that start, grow by deltas and complete. The per-kind events of
//! 2025 (`exec_command_begin`, `agent_message`, ...) say the same; of those only what stored
//! conversations hold is kept here, to be read.

use serde::{Deserialize, Serialize};

use crate::events::approval::{
    ApplyPatchApprovalRequestEvent, DynamicToolCallRequestEvent, ElicitationRequestEvent,
    ExecApprovalRequestEvent, RequestPermissionsEvent, RequestUserInputEvent,
};
use crate::events::exec::{ExecOutputDeltaEvent, TerminalInteractionEvent};
use crate::events::goal::{ThreadGoalClearedEvent, ThreadGoalUpdatedEvent};
use crate::events::item::{ItemCompletedEvent, ItemStartedEvent};
use crate::events::mcp::{McpStartupCompleteEvent, McpStartupUpdateEvent, McpToolCallProgressEvent};
use crate::events::message::{
    AgentMessageEvent, ContentDeltaEvent, PlanDeltaEvent, RawReasoningDeltaEvent, ReasoningDeltaEvent,
    ReasoningSectionBreakEvent, TextEvent, UserMessageEvent,
};
use crate::events::notice::{
    DeprecationNoticeEvent, ErrorEvent, MessageEvent, SessionConfiguredEvent, StreamErrorEvent,
    ThreadNameUpdatedEvent,
};
use crate::events::review::ExitedReviewModeEvent;
use crate::events::turn::{
    PlanUpdateEvent, TurnAbortedEvent, TurnCompleteEvent, TurnDiffEvent, TurnStartedEvent, UndoCompletedEvent,
};
use crate::events::usage::TokenCountEvent;
use crate::ids::TurnId;
use crate::review::ReviewRequest;

/// A fact with the id of the submission that caused it; empty for facts of the session's start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub id: TurnId,
    pub msg: EventMsg,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventMsg {
    /// The first event of every session.
    SessionConfigured(SessionConfiguredEvent),

    #[serde(rename = "task_started", alias = "turn_started")]
    TurnStarted(TurnStartedEvent),
    /// The end of a turn that was not aborted.
    #[serde(rename = "task_complete", alias = "turn_complete")]
    TurnComplete(TurnCompleteEvent),
    TurnAborted(TurnAbortedEvent),
    TurnDiff(TurnDiffEvent),
    PlanUpdate(PlanUpdateEvent),

    ItemStarted(ItemStartedEvent),
    ItemCompleted(ItemCompletedEvent),
    AgentMessageContentDelta(ContentDeltaEvent),
    PlanDelta(PlanDeltaEvent),
    ReasoningContentDelta(ReasoningDeltaEvent),
    ReasoningRawContentDelta(RawReasoningDeltaEvent),
    AgentReasoningSectionBreak(ReasoningSectionBreakEvent),
    ExecOutputDelta(ExecOutputDeltaEvent),
    TerminalInteraction(TerminalInteractionEvent),

    ExecApprovalRequest(ExecApprovalRequestEvent),
    ApplyPatchApprovalRequest(ApplyPatchApprovalRequestEvent),
    ElicitationRequest(ElicitationRequestEvent),
    RequestUserInput(RequestUserInputEvent),
    RequestPermissions(RequestPermissionsEvent),
    DynamicToolCallRequest(DynamicToolCallRequestEvent),

    TokenCount(TokenCountEvent),

    ThreadGoalUpdated(ThreadGoalUpdatedEvent),
    ThreadGoalCleared(ThreadGoalClearedEvent),

    Error(ErrorEvent),
    /// The model's answer broke off and is asked for again.
    StreamError(StreamErrorEvent),
    Warning(MessageEvent),
    BackgroundEvent(MessageEvent),
    DeprecationNotice(DeprecationNoticeEvent),
    ThreadNameUpdated(ThreadNameUpdatedEvent),

    McpStartupUpdate(McpStartupUpdateEvent),
    McpStartupComplete(McpStartupCompleteEvent),
    McpToolCallProgress(McpToolCallProgressEvent),

    EnteredReviewMode(ReviewRequest),
    ExitedReviewMode(ExitedReviewModeEvent),
    UndoStarted(MessageEvent),
    UndoCompleted(UndoCompletedEvent),

    /// The last event of a session.
    ShutdownComplete,

    // Stored by releases of 2025; read, never sent.
    UserMessage(UserMessageEvent),
    AgentMessage(AgentMessageEvent),
    AgentReasoning(TextEvent),
    AgentReasoningRawContent(TextEvent),
}
