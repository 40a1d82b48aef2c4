//! A conversation in a story, from the side of the client: what it says, and what it hears.

use std::path::Path;
use std::sync::Arc;

use codex_core::conversations::NewConversation;
use codex_core::conversations::conversation::CodexConversation;
use codex_protocol::dynamic_tool::{DynamicToolOutput, ToolContent};
use codex_protocol::event::{Event, EventMsg};
use codex_protocol::events::approval::{
    ApplyPatchApprovalRequestEvent, DynamicToolCallRequestEvent, ExecApprovalRequestEvent,
    RequestPermissionsEvent, RequestUserInputEvent,
};
use codex_protocol::ids::{CallId, TurnId};
use codex_protocol::input::UserInput;
use codex_protocol::mode::{Mode, ModeKind};
use codex_protocol::permission::{FileSystemPermissions, GrantScope, PermissionGrant, PermissionProfile};
use codex_protocol::policy::ReviewDecision;
use codex_protocol::question::{UserAnswer, UserInputResponse};
use codex_protocol::review::ReviewRequest;
use codex_protocol::submission::{Op, Submission, TurnOverrides, UserTurn};
use codex_protocol::turn_item::{CommandSource, TurnItem};
use tokio::sync::mpsc;

use crate::told::Told;

pub struct Playing {
    pub conversation: Arc<CodexConversation>,
    pub events: mpsc::Receiver<Box<Event>>,
    pub turn: Option<TurnId>,
    /// Open questions, and what they are about.
    asked: Vec<(TurnId, CallId, String)>,
    pub is_deaf: bool,
}

impl Playing {
    pub fn new(started: NewConversation) -> Self {
        let NewConversation { conversation, events, .. } = started;
        Self { conversation, events, turn: None, asked: Vec::new(), is_deaf: false }
    }

    pub async fn start(&mut self, text: &str, mode: Option<ModeKind>) {
        let mode = mode.map(|kind| Mode { kind, instructions: None });
        let overrides = TurnOverrides { mode, ..TurnOverrides::default() };
        let turn = UserTurn { items: vec![UserInput::text(text)], overrides, ..UserTurn::default() };
        let accepted = self.conversation.start_turn(TurnId::fresh(), turn).await.unwrap();
        self.turn = Some(accepted.unwrap().turn_id);
    }

    pub async fn run(&mut self, command: &str) {
        let accepted =
            self.conversation.run_user_shell(TurnId::fresh(), command.to_owned(), None).await.unwrap();
        self.turn = Some(accepted.turn_id);
    }

    pub async fn compact(&mut self) {
        self.turn = Some(self.conversation.compact(TurnId::fresh()).await.unwrap().turn_id);
    }

    pub async fn review(&mut self, what: &str) {
        let (prompt, hint) = (what.to_owned(), what.to_owned());
        let request = ReviewRequest { prompt, user_facing_hint: hint, target: Default::default() };
        self.turn = Some(self.conversation.review(TurnId::fresh(), request).await.unwrap().turn_id);
    }

    pub async fn steer(&mut self, text: &str) {
        let turn = self.turn.clone().expect("a turn runs");
        let accepted = self.conversation.steer(turn, vec![UserInput::text(text)], None).await.unwrap();
        drop(accepted.unwrap().go);
    }

    pub async fn interrupt(&mut self) {
        let turn = self.turn.clone().expect("a turn runs");
        let accepted = self.conversation.interrupt(turn).await.unwrap();
        drop(accepted.unwrap().go);
    }

    pub async fn end(&mut self, told: &mut Told) {
        self.conversation.close();
        while let Some(event) = self.events.recv().await {
            told.event(&event.msg);
        }
    }

    pub async fn perform(&self, op: Op) -> TurnId {
        let id = TurnId::fresh();
        self.conversation.submit(Submission { id: id.clone(), op }).await.unwrap();
        id
    }

    pub async fn hear_an_end(&mut self, told: &mut Told) {
        let mut heard = false;
        while !heard {
            let event = self.events.recv().await.expect("the conversation goes on");
            told.event(&event.msg);
            heard = matches!(event.msg, EventMsg::ItemCompleted(_));
        }
    }

    pub async fn until_full(&self) {
        while self.events.len() < self.events.max_capacity() {
            tokio::task::yield_now().await;
        }
    }

    pub async fn until_idle(&self) {
        while self.conversation.snapshot().await.unwrap().active_turn.is_some() {
            tokio::task::yield_now().await;
        }
    }

    /// Answers the agent's question: `ID=ANSWER`, or nothing.
    pub async fn say(&mut self, answer: &str) {
        let answer = answer.split_once('=').map(|(id, answer)| (id.to_owned(), answer.to_owned()));
        let answers = answer.into_iter().map(|(id, answer)| (id, UserAnswer { answers: vec![answer] }));
        let response = Some(UserInputResponse { answers: answers.collect() });
        self.reply(|id, call_id| Op::UserInputAnswer { id, call_id, response }).await;
    }

    /// The client's tool gives back a text, or nothing for this reason.
    pub async fn give(&mut self, given: Result<&str, &str>) {
        let output = |text: &str| DynamicToolOutput {
            content: vec![ToolContent::InputText { text: text.to_owned() }],
            success: !text.starts_with("error"),
        };
        let response = given.map(output).map_err(str::to_owned);
        self.reply(|id, call_id| Op::DynamicToolResponse { id, call_id, response }).await;
    }

    /// Runs it, and from now on all that begins with these words.
    pub async fn accept_rule(&mut self, words: &str) {
        let words = words.split_whitespace().map(str::to_owned).collect();
        let decision = ReviewDecision::ApprovedExecpolicyAmendment { proposed_execpolicy_amendment: words };
        self.answer("", decision).await;
    }

    /// Lets the agent write in a folder, or allows nothing.
    pub async fn grant(&mut self, scope: GrantScope, folder: &Path, path: &str) {
        let write = (!path.is_empty()).then(|| vec![folder.join(path)]);
        let file_system = Some(FileSystemPermissions { read: None, write });
        let response =
            PermissionGrant { permissions: PermissionProfile { network: None, file_system }, scope };
        self.reply(|id, call_id| Op::RequestPermissionsResponse { id, call_id, response }).await;
    }

    pub async fn reply(&mut self, op: impl FnOnce(TurnId, CallId) -> Op) {
        let (id, call_id, _) = self.asked.pop().expect("a question is open");
        let op = op(id.clone(), call_id);
        self.conversation.submit(Submission { id, op }).await.unwrap();
    }

    /// Answers the question that is about this, or else the only one.
    pub async fn answer(&mut self, about: &str, decision: ReviewDecision) {
        let is_meant = |(_, _, what): &(TurnId, CallId, String)| what.contains(about);
        let at = self.asked.iter().position(is_meant).expect("a question is open");
        let (id, call_id, _) = self.asked.remove(at);
        let op = Op::ExecApproval { id: id.clone(), call_id: Some(call_id), decision };
        self.conversation.submit(Submission { id, op }).await.unwrap();
    }

    /// Takes events until the turn ends or the next step is due.
    pub async fn hear(&mut self, told: &mut Told, next: &str) {
        let waits_for_text = ["steer", "interrupt", "deaf", "join", "compact-now", "review-now", "undo-now"]
            .iter()
            .any(|verb| next.starts_with(verb));
        loop {
            let event = self.events.recv().await.expect("the conversation goes on");
            told.event(&event.msg);
            match event.msg {
                EventMsg::TurnComplete(_) | EventMsg::TurnAborted(_)
                    if self.turn.as_ref() == Some(&event.id) =>
                {
                    self.turn = None;
                    return;
                }
                EventMsg::ItemCompleted(completed)
                    if next.starts_with("write") && is_of_user_shell(&completed.item) =>
                {
                    return;
                }
                EventMsg::ExecApprovalRequest(ExecApprovalRequestEvent { call_id, command, .. }) => {
                    self.asked.push((event.id, call_id, command.join(" ")));
                    return;
                }
                EventMsg::ApplyPatchApprovalRequest(ApplyPatchApprovalRequestEvent { call_id, .. })
                | EventMsg::RequestUserInput(RequestUserInputEvent { call_id, .. })
                | EventMsg::RequestPermissions(RequestPermissionsEvent { call_id, .. })
                | EventMsg::DynamicToolCallRequest(DynamicToolCallRequestEvent { call_id, .. }) => {
                    self.asked.push((event.id, call_id, String::new()));
                    return;
                }
                EventMsg::ItemCompleted(_) | EventMsg::ThreadGoalUpdated(_)
                    if !self.asked.is_empty() && is_answer(next) =>
                {
                    return;
                }
                EventMsg::AgentMessageContentDelta(_) | EventMsg::ExecOutputDelta(_) if waits_for_text => {
                    return;
                }
                EventMsg::ItemStarted(started) if waits_for_text && is_compaction(&started.item) => return,
                _ => {}
            }
        }
    }
}

fn is_answer(step: &str) -> bool {
    ["approve", "deny", "abort"].iter().any(|verb| step.starts_with(verb))
}

fn is_compaction(item: &TurnItem) -> bool {
    matches!(item, TurnItem::ContextCompaction(_))
}

fn is_of_user_shell(item: &TurnItem) -> bool {
    matches!(item, TurnItem::CommandExecution(command) if command.source == CommandSource::UserShell)
}
