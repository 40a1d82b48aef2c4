//! Stories for tests: events in, one line of text for everything that clients are told.

use std::path::PathBuf;
use std::time::Duration;

use codex_app_server_protocol::jsonrpc::RequestId;
use codex_app_server_protocol::v2::item::{ThreadItem, ThreadItemDetails};
use codex_app_server_protocol::v2::turn::Turn;
use codex_app_server_protocol::{ServerNotification, ServerRequest};
use codex_protocol::event::{Event, EventMsg};
use codex_protocol::events::approval::ExecApprovalRequestEvent;
use codex_protocol::events::item::{ItemCompletedEvent, ItemStartedEvent};
use codex_protocol::events::message::ContentDeltaEvent;
use codex_protocol::events::notice::ErrorEvent;
use codex_protocol::events::turn::{TurnAbortReason, TurnAbortedEvent, TurnCompleteEvent, TurnStartedEvent};
use codex_protocol::events::usage::TokenCountEvent;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::input::UserInput;
use codex_protocol::turn_item::{
    AgentMessageItem, CommandExecutionItem, CommandSource, CommandStatus, ParsedCommand, TurnItem,
    UserMessageItem,
};
use codex_protocol::usage::{TokenUsage, TokenUsageInfo};
use expect_test::Expect;

use super::Projection;
use super::effect::{AskKey, Effect, Effects, Resolution};

/// The turn that the helpers below speak of.
pub(crate) const TURN: &str = "t1";

/// A projection and what it has told.
pub(crate) struct Story {
    pub(crate) projection: Projection,
    pub(crate) events: Vec<Event>,
    told: String,
}

impl Story {
    pub(crate) fn new() -> Self {
        let projection = Projection::new("thread".into(), None, || 5_000);
        Self { projection, events: Vec::new(), told: String::new() }
    }

    /// A story whose turn has begun; the start is not part of what is checked.
    pub(crate) fn in_turn() -> Self {
        Self::new().event(turn_started()).heard()
    }

    pub(crate) fn event(self, msg: EventMsg) -> Self {
        self.event_of(TURN, msg)
    }

    pub(crate) fn event_of(mut self, turn: &str, msg: EventMsg) -> Self {
        let event = Event { id: TurnId::from(turn), msg };
        self.events.push(event.clone());
        let mut effects = Effects::new();
        self.projection.apply(event, &mut effects);
        self.tell(&effects);
        self
    }

    /// The client has answered, or the question was withdrawn.
    pub(crate) fn resolved(mut self, call: &str, request: i64) -> Self {
        let key = AskKey { turn_id: TurnId::from(TURN), call_id: call.into() };
        let mut effects = Effects::new();
        self.projection.resolved(&key, Resolution::Answered(RequestId::Integer(request)), &mut effects);
        self.tell(&effects);
        self
    }

    /// What was told so far is of no interest.
    pub(crate) fn heard(mut self) -> Self {
        self.told.clear();
        self
    }

    pub(crate) fn check(mut self, expected: Expect) -> Self {
        expected.assert_eq(&self.told);
        self.told.clear();
        self
    }

    fn tell(&mut self, effects: &Effects) {
        for effect in effects {
            self.told.push_str(&line(effect));
            self.told.push('\n');
        }
    }
}

fn line(effect: &Effect) -> String {
    match effect {
        Effect::Notify(notification) => told(notification),
        Effect::Broadcast(notification) => format!("all: {}", told(notification)),
        Effect::Ask(ask) => format!("ask {} {}", ask.key.call_id, asked(&ask.request)),
        Effect::Withdraw(key) => format!("withdraw {}", key.call_id),
        Effect::Submit(op) => format!("submit {}", serde_json::to_string(op).unwrap()),
    }
}

fn told(notification: &ServerNotification) -> String {
    use ServerNotification as N;
    match notification {
        N::ThreadStatusChanged(n) => format!("status {}", json(&n.status)),
        N::TurnStarted(n) => format!("turn started {}", turn(&n.turn)),
        N::TurnCompleted(n) => format!("turn completed {}", turn(&n.turn)),
        N::ItemStarted(n) => {
            format!("item started {} at {} of {}", item(&n.item), n.started_at_ms, n.turn_id)
        }
        N::ItemCompleted(n) => {
            format!("item completed {} at {} of {}", item(&n.item), n.completed_at_ms, n.turn_id)
        }
        N::AgentMessageDelta(n) => format!("delta {} {:?}", n.item_id, n.delta),
        N::CommandExecutionOutputDelta(n) => format!("output {} {:?} of {}", n.item_id, n.delta, n.turn_id),
        N::ThreadTokenUsageUpdated(n) => format!("tokens {}", n.token_usage.total.total_tokens),
        N::AccountRateLimitsUpdated(_) => "limits".into(),
        N::ServerRequestResolved(n) => format!("resolved {}", n.request_id),
        N::Error(n) => {
            let retry = if n.will_retry { " (retrying)" } else { "" };
            format!("error {:?}{retry} of {}", n.error.message, n.turn_id)
        }
        other => {
            let mut line = Vec::new();
            other.write_line(None, &mut line).unwrap();
            String::from_utf8(line).unwrap().trim().to_owned()
        }
    }
}

fn asked(request: &ServerRequest) -> String {
    match request {
        ServerRequest::CommandExecutionRequestApproval(p) => format!(
            "command {:?} in {} since {} because {:?}, decisions {}",
            p.command.as_deref().unwrap(),
            p.cwd.as_deref().unwrap(),
            p.started_at_ms,
            p.reason,
            json(&p.available_decisions),
        ),
        ServerRequest::FileChangeRequestApproval(p) => format!("file change {}", json(p)),
        ServerRequest::PermissionsRequestApproval(p) => format!("permissions {}", json(p)),
        ServerRequest::DynamicToolCall(p) => format!("tool {}", json(p)),
        ServerRequest::ToolRequestUserInput(p) => format!("user input {}", json(p)),
        ServerRequest::ChatgptAuthTokensRefresh(p) => format!("tokens {}", json(p)),
    }
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

pub(crate) fn turn(turn: &Turn) -> String {
    let items: Vec<String> = turn.items.iter().map(item).collect();
    let error = turn.error.as_ref().map(|error| format!(" {:?}", error.message)).unwrap_or_default();
    format!(
        "{} {}{error} {:?}..{:?} {:?}ms {}[{}]",
        turn.id,
        json(&turn.status).trim_matches('"'),
        turn.started_at.unwrap_or(-1),
        turn.completed_at.unwrap_or(-1),
        turn.duration_ms.unwrap_or(-1),
        json(&turn.items_view).trim_matches('"'),
        items.join(", "),
    )
}

fn item(item: &ThreadItem) -> String {
    match &item.details {
        ThreadItemDetails::UserMessage { id, content, .. } => format!("user {id} {}", json(content)),
        ThreadItemDetails::AgentMessage { id, text, .. } => format!("agent {id} {text:?}"),
        ThreadItemDetails::CommandExecution { id, command, status, process_id, .. } => {
            let process = process_id.as_deref().map(|id| format!(" process {id}")).unwrap_or_default();
            format!("command {id} {command:?} {}{process}", json(status).trim_matches('"'))
        }
        other => json(other),
    }
}

pub(crate) fn turn_started() -> EventMsg {
    EventMsg::TurnStarted(TurnStartedEvent {
        turn_id: Some(TURN.into()),
        root_turn_id: None,
        started_at: Some(1),
        model_context_window: None,
    })
}

pub(crate) fn complete() -> EventMsg {
    completed(None)
}

pub(crate) fn failed(message: &str) -> EventMsg {
    completed(Some(error(message)))
}

fn completed(error: Option<ErrorEvent>) -> EventMsg {
    EventMsg::TurnComplete(TurnCompleteEvent {
        turn_id: Some(TURN.into()),
        root_turn_id: None,
        last_agent_message: None,
        error,
        started_at: Some(1),
        completed_at: Some(3),
        duration_ms: Some(2000),
    })
}

pub(crate) fn error(message: &str) -> ErrorEvent {
    ErrorEvent { message: message.into(), codex_error_info: None, additional_details: None }
}

pub(crate) fn aborted() -> EventMsg {
    EventMsg::TurnAborted(TurnAbortedEvent {
        turn_id: Some(TURN.into()),
        reason: TurnAbortReason::Interrupted,
        started_at: Some(1),
        completed_at: Some(2),
        duration_ms: Some(1000),
    })
}

pub(crate) fn started(item: TurnItem) -> EventMsg {
    let thread_id = ConversationId::new();
    EventMsg::ItemStarted(ItemStartedEvent {
        thread_id,
        turn_id: TURN.into(),
        item,
        started_at_ms: Some(1100),
    })
}

pub(crate) fn ended(item: TurnItem) -> EventMsg {
    EventMsg::ItemCompleted(ItemCompletedEvent {
        thread_id: ConversationId::new(),
        turn_id: TURN.into(),
        item,
        started_at_ms: Some(1100),
        completed_at_ms: Some(1200),
    })
}

pub(crate) fn user(id: &str, text: &str) -> TurnItem {
    TurnItem::UserMessage(UserMessageItem {
        id: id.into(),
        client_id: None,
        content: vec![UserInput::text(text)],
    })
}

pub(crate) fn agent(id: &str, text: &str) -> TurnItem {
    TurnItem::AgentMessage(AgentMessageItem::new(id.into(), text.into(), None))
}

pub(crate) fn command(id: &str, process: Option<&str>, status: CommandStatus) -> TurnItem {
    let done = status == CommandStatus::Completed;
    TurnItem::CommandExecution(CommandExecutionItem {
        id: id.into(),
        process_id: process.map(str::to_owned),
        command: vec!["bash".into(), "-lc".into(), "ls -l".into()],
        cwd: PathBuf::from("/w"),
        parsed_cmd: Vec::new(),
        source: CommandSource::Agent,
        status,
        aggregated_output: done.then(|| "out".into()),
        exit_code: done.then_some(0),
        duration: done.then_some(Duration::from_millis(7)),
    })
}

pub(crate) fn delta(id: &str, delta: &str) -> EventMsg {
    EventMsg::AgentMessageContentDelta(ContentDeltaEvent { item_id: id.into(), delta: delta.into() })
}

pub(crate) fn approval(call: &str) -> EventMsg {
    EventMsg::ExecApprovalRequest(ExecApprovalRequestEvent {
        call_id: call.into(),
        command: vec!["bash".into(), "-lc".into(), "ls -l".into()],
        cwd: PathBuf::from("/w"),
        reason: None,
        parsed_cmd: vec![ParsedCommand::Unknown { cmd: "ls -l".into() }],
        proposed_execpolicy_amendment: Some(vec!["ls".into()]),
        risk: None,
    })
}

pub(crate) fn tokens(total: i64) -> EventMsg {
    let usage = TokenUsage { total_tokens: total, ..TokenUsage::default() };
    let info =
        TokenUsageInfo { total_token_usage: usage, last_token_usage: usage, model_context_window: None };
    EventMsg::TokenCount(TokenCountEvent { info: Some(info), rate_limits: None })
}
