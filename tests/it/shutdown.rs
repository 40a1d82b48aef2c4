//! Ends: of input, by signal, by force; nothing that the server started outlives it.

use std::time::{Duration, Instant};

use codex_tests::binary;
use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use rustix::process::Signal;
use serde_json::json;

use crate::support::stubborn_command;

/// How soon everything must be gone.
const LIMIT: Duration = Duration::from_secs(2);

/// How often each end is tried; `CODEX_TEST_ROUNDS=100` for the long run.
fn rounds() -> usize {
    binary::variable("CODEX_TEST_ROUNDS").and_then(|text| text.parse().ok()).unwrap_or(10)
}

fn check_end(sandbox: &str, end: impl Fn(&mut AppServer) -> bool) {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    for round in 0..rounds() {
        let word = codex_tests::process::new_tag();
        model.add([Reply::shell(&stubborn_command(&word))]);
        let mut server = AppServer::start(&home);
        let thread = server.start_thread_with(&home, json!({"sandbox": sandbox}));
        server.start_turn(&thread, "go");
        server.expect_where("item/commandExecution/outputDelta", |params| {
            params["delta"].to_string().contains("ready")
        });
        // The command and its grandchild.
        codex_tests::process::wait_for_tagged(&word, 2);
        server.ignore_rest();
        let began = Instant::now();
        assert!(end(&mut server), "round {round}: a clean end");
        assert!(began.elapsed() < LIMIT, "round {round}: the end took {:?}", began.elapsed());
        let left_over = codex_tests::process::survivors(&word, LIMIT.saturating_sub(began.elapsed()));
        assert_eq!(left_over, [""; 0], "round {round}");
    }
}

#[test]
fn end_of_input_leaves_nothing_behind() {
    check_end("workspace-write", |server| server.close().success());
    check_end("danger-full-access", |server| server.close().success());
}

#[test]
fn sigterm_leaves_nothing_behind() {
    check_end("workspace-write", |server| server.end_by(Signal::TERM).success());
    check_end("danger-full-access", |server| server.end_by(Signal::TERM).success());
}

#[test]
fn sigkill_leaves_nothing_behind() {
    check_end("workspace-write", |server| !server.end_by(Signal::KILL).success());
    check_end("danger-full-access", |server| !server.end_by(Signal::KILL).success());
}

#[test]
fn a_running_turn_is_ended_and_told() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("one ").until(&gate)]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "go");
    model.wait_for_request(1);
    assert!(server.close().success());
    assert_eq!(server.wait_turn(&thread).status(), "interrupted");
    model.wait_for_abandoned(1);
}

#[test]
fn a_client_that_hangs_up_ends_the_server() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("one ").until(&gate).and_all_of(Reply::words(50_000))]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "go");
    server.expect("item/agentMessage/delta");
    server.ignore_rest();
    server.hang_up();
    gate.open();
    server.wait_exit();
}
