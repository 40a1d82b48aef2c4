//! Approvals: what each decision does, and that one which is lost, late or wrong is a denial.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::server::question::Question;
use codex_tests::turn::Turn;
use serde_json::{Value, json};

const ASK: &str = "item/commandExecution/requestApproval";

/// A server that is asked to make a file, once per script entry, with nothing trusted.
struct Stage {
    home: Home,
    _model: MockModel,
    server: AppServer,
    thread: String,
}

impl Stage {
    fn new(script: impl IntoIterator<Item = Reply>) -> Stage {
        let model = MockModel::start(script);
        let home = Home::with_model(&model, "");
        let mut server = AppServer::start(&home);
        let thread = server.start_thread_with(&home, json!({"approvalPolicy": "untrusted"}));
        Stage { home, _model: model, server, thread }
    }

    /// Starts the turn and waits for the question.
    fn asked(&mut self) -> Question {
        self.server.start_turn(&self.thread, "go");
        self.server.asked(ASK)
    }

    fn decide(&mut self, decision: Value) -> Turn {
        let question = self.asked();
        self.server.decide(&question, decision);
        self.server.wait_turn(&self.thread)
    }

    fn made(&self) -> bool {
        self.home.work().join("made.txt").exists()
    }
}

fn touch() -> [Reply; 2] {
    [Reply::shell("touch made.txt"), Reply::text("done")]
}

#[test]
fn the_question_says_what_is_at_stake() {
    let mut stage = Stage::new(touch());
    let question = stage.asked();
    assert_eq!(question.params["threadId"], stage.thread.as_str());
    assert!(question.params["command"].as_str().unwrap().contains("touch made.txt"));
    assert_eq!(question.params["cwd"], stage.home.work().display().to_string());
    assert_eq!(question.params["environmentId"], "local");
    let offered = question.params["availableDecisions"].as_array();
    assert!(offered.is_none_or(|offered| offered.contains(&json!("accept"))), "{offered:?}");
    let flags = |params: &Value| params["status"]["activeFlags"].clone();
    stage
        .server
        .expect_where("thread/status/changed", |params| flags(params) == json!(["waitingOnApproval"]));
    assert!(!stage.made(), "nothing runs before the answer");
    stage.server.reply(&question, json!({"decision": "accept"}));
    let turn = stage.server.wait_turn(&stage.thread);
    assert_eq!(turn.item("commandExecution")["id"], question.params["itemId"]);
    assert!(stage.made());
}

#[test]
fn accept_runs_it() {
    let mut stage = Stage::new(touch());
    let turn = stage.decide(json!("accept"));
    assert_eq!((turn.status(), turn.text()), ("completed", "done"));
    assert_eq!(turn.item("commandExecution")["status"], "completed");
    assert!(stage.made());
}

#[test]
fn accept_for_the_session_is_remembered() {
    let mut stage = Stage::new([touch(), touch()].concat());
    stage.decide(json!("acceptForSession"));
    let again = stage.server.run_turn(&stage.thread, "again");
    assert_eq!(again.item("commandExecution")["status"], "completed", "nobody was asked a second time");
}

#[test]
fn accept_is_not_remembered() {
    let mut stage = Stage::new([touch(), touch()].concat());
    stage.decide(json!("accept"));
    let again = stage.decide(json!("decline"));
    assert_eq!(again.item("commandExecution")["status"], "declined");
}

#[test]
fn decline_denies_and_the_turn_goes_on() {
    let mut stage = Stage::new(touch());
    let turn = stage.decide(json!("decline"));
    assert_eq!((turn.status(), turn.text()), ("completed", "done"));
    assert_eq!(turn.item("commandExecution")["status"], "declined");
    assert!(!stage.made());
}

#[test]
fn cancel_denies_and_ends_the_turn() {
    let mut stage = Stage::new(touch());
    let turn = stage.decide(json!("cancel"));
    assert_eq!((turn.status(), turn.text()), ("interrupted", ""));
    assert!(!stage.made());
}

#[test]
fn what_is_no_decision_denies() {
    for answer in [json!({"decision": "maybe"}), json!({}), json!(null), json!({"decision": 5})] {
        let mut stage = Stage::new(touch());
        let question = stage.asked();
        stage.server.reply(&question, answer);
        let turn = stage.server.wait_turn(&stage.thread);
        assert_eq!((turn.status(), turn.text()), ("completed", "done"));
        assert!(!stage.made());
    }
}

#[test]
fn an_error_denies() {
    let mut stage = Stage::new(touch());
    let question = stage.asked();
    stage.server.reply_error(&question, -32601, "the client does not know this method");
    let turn = stage.server.wait_turn(&stage.thread);
    assert_eq!((turn.status(), turn.text()), ("completed", "done"));
    assert!(!stage.made());
}

#[test]
fn the_first_answer_counts() {
    let mut stage = Stage::new(touch());
    let question = stage.asked();
    stage.server.reply(&question, json!({"decision": "decline"}));
    stage.server.reply(&question, json!({"decision": "accept"}));
    stage.server.send_message(&json!({"id": 424_242, "result": {"decision": "accept"}}));
    let turn = stage.server.wait_turn(&stage.thread);
    assert_eq!(turn.items("commandExecution").len(), 1);
    assert_eq!(turn.item("commandExecution")["status"], "declined");
    assert!(!stage.made());
}

#[test]
fn an_interrupt_takes_the_question_back() {
    let mut stage = Stage::new(touch());
    let turn = stage.server.start_turn(&stage.thread, "go");
    let question = stage.server.asked(ASK);
    stage.server.ok("turn/interrupt", json!({"threadId": stage.thread, "turnId": turn}));
    let resolved = stage.server.expect("serverRequest/resolved");
    assert_eq!(resolved["requestId"], question.id);
    assert_eq!(stage.server.wait_turn(&stage.thread).status(), "interrupted");
    // Too late: there is nothing left to run.
    stage.server.reply(&question, json!({"decision": "accept"}));
    stage.server.ok("thread/loaded/list", json!({}));
    assert!(!stage.made());
}

#[test]
fn a_client_that_goes_away_denies() {
    let mut stage = Stage::new(touch());
    stage.asked();
    stage.server.ignore_rest();
    assert!(stage.server.close().success());
    assert!(!stage.made());
}

#[test]
fn never_does_not_ask() {
    let model = MockModel::start(touch());
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").item("commandExecution")["status"], "completed");
}

#[test]
fn commands_that_only_read_are_trusted() {
    let mut stage = Stage::new([Reply::shell("ls"), Reply::text("done")]);
    let turn = stage.server.run_turn(&stage.thread, "go");
    assert_eq!(turn.item("commandExecution")["status"], "completed");
}

#[test]
fn leaving_the_sandbox_is_asked_for() {
    let call = json!({"cmd": "touch ../outside.txt", "sandbox_permissions": "require_escalated",
        "justification": "May I write outside?"});
    let model = MockModel::start([Reply::call("exec_command", &call), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread_with(&home, json!({"approvalPolicy": "on-request"}));
    server.start_turn(&thread, "go");
    let question = server.asked(ASK);
    assert!(question.params["reason"].as_str().unwrap_or_default().contains("May I write outside?"));
    server.reply(&question, json!({"decision": "accept"}));
    assert_eq!(server.wait_turn(&thread).item("commandExecution")["status"], "completed");
    assert!(home.root().join("outside.txt").exists());
}
