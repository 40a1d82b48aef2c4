//! Stories of a pump: events and answers in, what each client reads and what the engine is told out.

use std::time::Duration;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::jsonrpc::{ErrorObject, RequestId};
use codex_app_server_protocol::v2::thread::{ThreadClosedNotification, ThreadStatus};
use codex_core::base::spawn::TaskGroup;
use codex_protocol::event::{Event, EventMsg};
use codex_protocol::events::approval::{
    ApplyPatchApprovalRequestEvent, DynamicToolCallRequestEvent, RequestPermissionsEvent,
    RequestUserInputEvent,
};
use codex_protocol::ids::{CallId, TurnId};
use codex_protocol::submission::Submission;
use codex_protocol::turn_item::CommandStatus;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};

use super::audience::{ConnectionId, Connections, Listener};
use super::pump::{MAILBOX, Message, Parts, Pump, Sources};
use crate::client::{Client, ClientCell};
use crate::outgoing::{Outgoing, Questions};
use crate::projection::testing::*;
use crate::projection::{Projection, Told};
use crate::transport::{self, memory};

/// A pump with clients and an engine that only listens.
struct Stage {
    events: Option<mpsc::Sender<Box<Event>>>,
    mailbox: mpsc::Sender<Message>,
    submitted: mpsc::Receiver<Submission>,
    status: watch::Receiver<ThreadStatus>,
    connections: Connections,
    questions: Questions,
    group: TaskGroup,
    gate: Option<oneshot::Sender<()>>,
}

/// One client of the stage.
struct Reader {
    listener: Listener,
    pipe: memory::Client,
}

impl Stage {
    /// A stage with a client that listens.
    fn new() -> (Self, Reader) {
        let connections = Connections::default();
        let questions = Questions::default();
        let reader = reader(&connections, &questions);
        (Self::with(Some(reader.listener.clone()), connections, questions), reader)
    }

    fn with(listener: Option<Listener>, connections: Connections, questions: Questions) -> Self {
        let (events, taken) = mpsc::channel(64);
        let (mailbox, messages) = mpsc::channel(MAILBOX);
        let (submit, submitted) = mpsc::channel(64);
        let (sender, status) = watch::channel(ThreadStatus::Idle);
        let parts = Parts {
            projection: Projection::new("thread".into(), None, || 5_000),
            listeners: listener.into_iter().collect(),
            connections: connections.clone(),
            status: sender,
            goes_on: None,
            unread: None,
            idle_timeout: None,
        };
        let pump = Pump::new(parts, move |submission| {
            let submit = submit.clone();
            async move { submit.send(submission).await.unwrap() }
        });
        let group = TaskGroup::new();
        let (gate, opened) = oneshot::channel();
        let sources = Sources { events: taken, mailbox: messages };
        group.spawn(async move {
            let _ended = Box::new(pump).run(sources, opened).await;
        });
        let (events, gate) = (Some(events), Some(gate));
        Self { events, mailbox, submitted, status, connections, questions, group, gate }
    }

    fn newcomer(&self) -> Reader {
        reader(&self.connections, &self.questions)
    }

    async fn event(&mut self, msg: EventMsg) {
        self.gate = None;
        let event = Event { id: TurnId::from(TURN), msg };
        self.events.as_ref().unwrap().send(Box::new(event)).await.unwrap();
    }

    fn answer(&self, id: i64, answer: Value) {
        self.questions.answer(&RequestId::Integer(id), Ok(answer.to_string()));
    }

    async fn join(&self, listener: Listener) -> (Told, oneshot::Sender<()>) {
        let (told, answer) = oneshot::channel();
        let (open, gate) = oneshot::channel();
        self.mailbox.send(Message::Join { listener, told, gate }).await.unwrap();
        (answer.await.unwrap(), open)
    }

    async fn leave(&self, connection: ConnectionId) -> bool {
        let (left, answer) = oneshot::channel();
        self.mailbox.send(Message::Leave { connection, left }).await.unwrap();
        answer.await.unwrap()
    }

    /// What the engine is told next.
    async fn submitted(&mut self, expected: Expect) {
        let submission = soon(self.submitted.recv()).await.unwrap();
        expected.assert_eq(&serde_json::to_string(&submission.op).unwrap());
    }

    /// The conversation ends; nothing more has been submitted.
    async fn end(mut self) {
        self.events = None;
        self.gate = None;
        soon(self.group.finished()).await;
        assert_eq!(*self.status.borrow(), ThreadStatus::NotLoaded);
        assert!(self.submitted.recv().await.is_none());
    }
}

fn reader(connections: &Connections, questions: &Questions) -> Reader {
    let (transport::Connection { lines, .. }, pipe) = memory::connected();
    let client = ClientCell::default();
    client.set(Client::default()).unwrap();
    let outgoing = Outgoing::new(lines, client, questions.clone());
    Reader { listener: connections.add(outgoing), pipe }
}

impl Reader {
    /// The next lines, as many as are expected.
    async fn reads(&mut self, expected: Expect) {
        let lines = expected.data().trim().lines().count();
        let mut text = String::new();
        for _ in 0..lines.max(1) {
            text.push_str(&short(&soon(self.pipe.recv()).await.unwrap()));
            text.push('\n');
        }
        expected.assert_eq(&text);
    }
}

/// Fails instead of waiting for ever.
async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("nothing happened for too long")
}

/// A line without what is the same everywhere.
fn short(line: &str) -> String {
    let message: Value = serde_json::from_str(line).unwrap();
    let params = &message["params"];
    let id = message.get("id").map(|id| format!(" #{id}")).unwrap_or_default();
    let about = match &params {
        Value::Object(params) => params
            .iter()
            .filter(|(key, _)| ["status", "requestId", "itemId", "delta"].contains(&key.as_str()))
            .map(|(_, value)| format!(" {value}"))
            .chain(params.get("turn").map(|turn| format!(" {}", turn["status"])))
            .chain(params.get("item").map(|item| format!(" {} {}", item["id"], item["status"])))
            .collect(),
        other => format!(" {other}"),
    };
    format!("{}{id}{about}", message["method"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn an_answer_reaches_the_engine_after_the_clients_know() {
    let (mut stage, mut client) = Stage::new();
    stage.event(turn_started()).await;
    stage.event(started(command("c", None, CommandStatus::InProgress))).await;
    stage.event(approval("c")).await;
    client
        .reads(expect![[r#"
            thread/status/changed {"type":"active","activeFlags":[]}
            turn/started "inProgress"
            item/started "c" "inProgress"
            thread/status/changed {"type":"active","activeFlags":["waitingOnApproval"]}
            item/commandExecution/requestApproval #0 "c"
        "#]])
        .await;
    stage.answer(0, json!({"decision": "accept"}));
    stage
        .submitted(expect![[r#"{"type":"exec_approval","id":"t1","call_id":"c","decision":"approved"}"#]])
        .await;
    stage.answer(0, json!({"decision": "cancel"}));
    stage.event(ended(command("c", None, CommandStatus::Completed))).await;
    client
        .reads(expect![[r#"
            serverRequest/resolved 0
            thread/status/changed {"type":"active","activeFlags":[]}
            item/completed "c" "completed"
        "#]])
        .await;
    stage.end().await;
}

#[tokio::test]
async fn everything_but_a_yes_is_a_no() {
    let (mut stage, mut client) = Stage::new();
    stage.event(turn_started()).await;
    for (number, call) in ["a", "b", "c", "d"].into_iter().enumerate() {
        stage.event(approval(call)).await;
        client
            .reads(match number {
                0 => expect![[r#"
                    thread/status/changed {"type":"active","activeFlags":[]}
                    turn/started "inProgress"
                    thread/status/changed {"type":"active","activeFlags":["waitingOnApproval"]}
                    item/commandExecution/requestApproval #0 "a"
                "#]],
                1 => expect![[r#"
                    item/commandExecution/requestApproval #1 "b"
                "#]],
                2 => expect![[r#"
                    item/commandExecution/requestApproval #2 "c"
                "#]],
                3.. => expect![[r#"
                    item/commandExecution/requestApproval #3 "d"
                "#]],
            })
            .await;
    }
    stage.answer(0, json!({"decision": "maybe"}));
    stage
        .submitted(expect![[r#"{"type":"exec_approval","id":"t1","call_id":"a","decision":"denied"}"#]])
        .await;
    stage.answer(1, json!({}));
    stage
        .submitted(expect![[r#"{"type":"exec_approval","id":"t1","call_id":"b","decision":"denied"}"#]])
        .await;
    let error = ErrorObject { code: -32603, message: "no".into(), data: None };
    stage.questions.answer(&RequestId::Integer(2), Err(error));
    stage
        .submitted(expect![[r#"{"type":"exec_approval","id":"t1","call_id":"c","decision":"denied"}"#]])
        .await;
    stage.questions.close();
    stage
        .submitted(expect![[r#"{"type":"exec_approval","id":"t1","call_id":"d","decision":"denied"}"#]])
        .await;
    stage.end().await;
}

#[tokio::test]
async fn without_a_listener_nothing_is_allowed() {
    let connections = Connections::default();
    let questions = Questions::default();
    let mut stranger = reader(&connections, &questions);
    let mut stage = Stage::with(None, connections, questions);
    stage.event(turn_started()).await;
    stage.event(approval("c")).await;
    stage
        .submitted(expect![[r#"{"type":"exec_approval","id":"t1","call_id":"c","decision":"denied"}"#]])
        .await;
    stage.event(complete()).await;
    // Who does not listen hears of the status all the same.
    stranger
        .reads(expect![[r#"
            thread/status/changed {"type":"active","activeFlags":[]}
            thread/status/changed {"type":"active","activeFlags":["waitingOnApproval"]}
            thread/status/changed {"type":"active","activeFlags":[]}
            thread/status/changed {"type":"idle"}
        "#]])
        .await;
    stage.end().await;
}

#[tokio::test]
async fn when_the_last_listener_leaves_its_questions_are_refused() {
    let (mut stage, mut client) = Stage::new();
    stage.event(turn_started()).await;
    stage.event(approval("c")).await;
    client
        .reads(expect![[r#"
            thread/status/changed {"type":"active","activeFlags":[]}
            turn/started "inProgress"
            thread/status/changed {"type":"active","activeFlags":["waitingOnApproval"]}
            item/commandExecution/requestApproval #0 "c"
        "#]])
        .await;
    let connection = client.listener.connection;
    assert!(stage.leave(connection).await);
    assert!(!stage.leave(connection).await);
    stage
        .submitted(expect![[r#"{"type":"exec_approval","id":"t1","call_id":"c","decision":"denied"}"#]])
        .await;
    stage.answer(0, json!({"decision": "accept"}));
    stage.event(delta("m", "not heard")).await;
    stage.event(complete()).await;
    client
        .reads(expect![[r#"
            serverRequest/resolved 0
            thread/status/changed {"type":"active","activeFlags":[]}
            thread/status/changed {"type":"idle"}
        "#]])
        .await;
    stage.end().await;
}

#[tokio::test]
async fn what_the_user_says_reaches_the_engine_and_an_error_says_that_nobody_was_asked() {
    let (mut stage, mut client) = Stage::new();
    stage.event(turn_started()).await;
    for call in ["a", "b", "c"] {
        let input = RequestUserInputEvent { call_id: call.into(), questions: Vec::new(), is_blocking: false };
        stage.event(EventMsg::RequestUserInput(input)).await;
    }
    client
        .reads(expect![[r#"
            thread/status/changed {"type":"active","activeFlags":[]}
            turn/started "inProgress"
            thread/status/changed {"type":"active","activeFlags":["waitingOnUserInput"]}
            item/tool/requestUserInput #0 "a"
            item/tool/requestUserInput #1 "b"
            item/tool/requestUserInput #2 "c"
        "#]])
        .await;
    stage.answer(0, json!({"answers": {"colour": {"answers": ["red"]}}}));
    stage
        .submitted(expect![[r#"{"type":"user_input_answer","id":"t1","call_id":"a","response":{"answers":{"colour":{"answers":["red"]}}}}"#]])
        .await;
    stage.answer(1, json!({"answers": 5}));
    let unanswered = expect![[r#"{"type":"user_input_answer","id":"t1","call_id":"b","response":null}"#]];
    stage.submitted(unanswered).await;
    let connection = client.listener.connection;
    assert!(stage.leave(connection).await);
    let unanswered = expect![[r#"{"type":"user_input_answer","id":"t1","call_id":"c","response":null}"#]];
    stage.submitted(unanswered).await;
    stage.end().await;
}

#[tokio::test]
async fn an_interrupt_takes_the_question_back() {
    let (mut stage, mut client) = Stage::new();
    stage.event(turn_started()).await;
    stage.event(approval("c")).await;
    stage.event(aborted()).await;
    client
        .reads(expect![[r#"
            thread/status/changed {"type":"active","activeFlags":[]}
            turn/started "inProgress"
            thread/status/changed {"type":"active","activeFlags":["waitingOnApproval"]}
            item/commandExecution/requestApproval #0 "c"
            thread/status/changed {"type":"idle"}
            turn/completed "interrupted"
            serverRequest/resolved 0
        "#]])
        .await;
    stage.answer(0, json!({"decision": "accept"}));
    stage.end().await;
}

#[tokio::test]
async fn who_joins_is_asked_too_and_one_answer_counts() {
    let (mut stage, mut first) = Stage::new();
    stage.event(turn_started()).await;
    stage.event(approval("c")).await;
    first
        .reads(expect![[r#"
            thread/status/changed {"type":"active","activeFlags":[]}
            turn/started "inProgress"
            thread/status/changed {"type":"active","activeFlags":["waitingOnApproval"]}
            item/commandExecution/requestApproval #0 "c"
        "#]])
        .await;
    let mut second = stage.newcomer();
    let (told, gate) = stage.join(second.listener.clone()).await;
    assert_eq!(told.running.unwrap().turn.id, TURN);
    gate.send(()).unwrap();
    second
        .reads(expect![[r#"
            item/commandExecution/requestApproval #0 "c"
        "#]])
        .await;
    stage.answer(0, json!({"decision": "acceptForSession"}));
    stage.answer(0, json!({"decision": "decline"}));
    stage
        .submitted(expect![[
            r#"{"type":"exec_approval","id":"t1","call_id":"c","decision":"approved_for_session"}"#
        ]])
        .await;
    for client in [&mut first, &mut second] {
        client
            .reads(expect![[r#"
                serverRequest/resolved 0
                thread/status/changed {"type":"active","activeFlags":[]}
            "#]])
            .await;
    }
    stage.end().await;
}

/// One question of each kind.
fn questions() -> [EventMsg; 5] {
    let call_id = || CallId::from("c");
    let input = RequestUserInputEvent { call_id: call_id(), questions: Vec::new(), is_blocking: false };
    [
        approval("c"),
        EventMsg::ApplyPatchApprovalRequest(ApplyPatchApprovalRequestEvent {
            call_id: call_id(),
            changes: Default::default(),
            reason: None,
            grant_root: None,
        }),
        EventMsg::RequestUserInput(input),
        EventMsg::RequestPermissions(RequestPermissionsEvent {
            call_id: call_id(),
            cwd: "/w".into(),
            permissions: Default::default(),
            reason: None,
        }),
        EventMsg::DynamicToolCallRequest(DynamicToolCallRequestEvent {
            call_id: call_id(),
            namespace: None,
            tool: "lookup".into(),
            arguments: Value::Null,
        }),
    ]
}

#[tokio::test]
async fn a_client_hears_of_every_question_that_it_need_not_answer_any_more() {
    for end in ["it leaves", "the turn is interrupted", "the conversation ends"] {
        for question in questions() {
            let (mut stage, mut client) = Stage::new();
            stage.event(turn_started()).await;
            stage.event(question).await;
            match end {
                "it leaves" => {
                    // Before it was asked there is nothing to be refused.
                    while !soon(client.pipe.recv()).await.unwrap().contains(r#""id":0"#) {}
                    assert!(stage.leave(client.listener.connection).await);
                    assert!(soon(stage.submitted.recv()).await.is_some(), "the engine is told, too");
                }
                "the turn is interrupted" => stage.event(aborted()).await,
                _ => {}
            }
            stage.end().await;
            let last = ThreadClosedNotification { thread_id: "thread".into() };
            client.listener.outgoing.notify(&ServerNotification::ThreadClosed(last)).await;
            let mut lines = Vec::new();
            while lines.last().is_none_or(|line| line != "thread/closed") {
                lines.push(short(&soon(client.pipe.recv()).await.unwrap()));
            }
            let resolved = lines.iter().filter(|line| *line == "serverRequest/resolved 0").count();
            assert_eq!(resolved, 1, "{end}: {lines:#?}");
        }
    }
}

#[tokio::test]
async fn an_answer_counts_though_who_gave_it_leaves_at_once() {
    let (mut stage, mut client) = Stage::new();
    stage.event(turn_started()).await;
    stage.event(approval("c")).await;
    while !soon(client.pipe.recv()).await.unwrap().contains(r#""id":0"#) {}
    stage.answer(0, json!({"decision": "accept"}));
    assert!(stage.leave(client.listener.connection).await);
    stage
        .submitted(expect![[r#"{"type":"exec_approval","id":"t1","call_id":"c","decision":"approved"}"#]])
        .await;
    stage.end().await;
}

#[tokio::test]
async fn a_gate_holds_back_what_is_new() {
    let (mut stage, mut client) = Stage::new();
    let gate = stage.gate.take().unwrap();
    let events = stage.events.clone().unwrap();
    events.send(Box::new(Event { id: TURN.into(), msg: turn_started() })).await.unwrap();
    drop(events);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    // Stands for the answer that the gate waits for.
    let answer = ThreadClosedNotification { thread_id: "thread".into() };
    client.listener.outgoing.notify(&ServerNotification::ThreadClosed(answer)).await;
    gate.send(()).unwrap();
    client
        .reads(expect![[r#"
            thread/closed
            thread/status/changed {"type":"active","activeFlags":[]}
            turn/started "inProgress"
        "#]])
        .await;
    stage.end().await;
}
