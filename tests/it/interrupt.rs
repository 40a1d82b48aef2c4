//! Interrupting: the turn ends soon, everything it began ends before it, and the thread goes on.

use std::time::Duration;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::process;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::json;

use crate::support::stubborn_command;

#[test]
fn a_stream_is_cut_and_its_connection_closed() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("one ").until(&gate), Reply::text("still here")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.start_turn(&thread, "go");
    model.wait_for_request(1);
    assert_eq!(server.ok("turn/interrupt", json!({"threadId": thread, "turnId": turn})), json!({}));
    let end = server.wait_turn(&thread);
    assert_eq!((end.id(), end.status()), (turn.as_str(), "interrupted"));
    assert!(end.end()["error"].is_null());
    model.wait_for_abandoned(1);
    assert_eq!(server.run_turn(&thread, "are you there?").text(), "still here");
}

#[test]
fn the_whole_tree_of_a_command_is_gone_before_the_turn_ends() {
    for sandbox in ["workspace-write", "danger-full-access"] {
        let word = process::new_tag();
        let model = MockModel::start([Reply::shell(&stubborn_command(&word)), Reply::text("still here")]);
        let home = Home::with_model(&model, "");
        let mut server = AppServer::start(&home);
        let thread = server.start_thread_with(&home, json!({"sandbox": sandbox}));
        let turn = server.start_turn(&thread, "go");
        server.expect_where("item/commandExecution/outputDelta", |params| {
            params["delta"].to_string().contains("ready")
        });
        process::wait_for_tagged(&word, 2);
        server.ok("turn/interrupt", json!({"threadId": thread, "turnId": turn}));
        server.expect_where("turn/completed", |params| params["turn"]["status"] == "interrupted");
        assert_eq!(process::survivors(&word, Duration::ZERO), [""; 0], "{sandbox}");
        server.ignore_rest();
        assert_eq!(server.run_turn(&thread, "are you there?").text(), "still here");
        // The model is told that its call was cut short: every call has an output.
        let input = model.wait_for_request(2)["input"].clone();
        let of_kind =
            |kind: &str| input.as_array().unwrap().iter().filter(|item| item["type"] == kind).count();
        assert_eq!((of_kind("function_call"), of_kind("function_call_output")), (1, 1));
    }
}

#[test]
fn an_interrupt_must_name_the_running_turn() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("one").until(&gate)]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let of = |turn: &str| json!({"threadId": thread, "turnId": turn});
    let idle = server.refused("turn/interrupt", of("01a204c2-4887-7bf2-88cb-1e909b637fb4"));
    assert_eq!((idle.code, idle.message.as_str()), (-32600, "no active turn to interrupt"));
    let turn = server.start_turn(&thread, "go");
    model.wait_for_request(1);
    let other = server.refused("turn/interrupt", of("01a204c2-4887-7bf2-88cb-1e909b637fb4"));
    assert_eq!(other.code, -32600);
    assert!(other.message.starts_with("expected active turn id"), "{}", other.message);
    gate.open();
    assert_eq!(server.wait_turn(&thread).id(), turn);
}
