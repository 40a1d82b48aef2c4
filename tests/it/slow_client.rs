//! A client that does not read: the server waits with little memory, loses nothing, and goes on with the rest.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::process;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::json;

const DELTA: &str = "item/agentMessage/delta";
/// More than all pipes and sockets hold, and as text many times what memory may grow by.
const COUNT: usize = 200_000;

#[test]
fn unread_deltas_cost_no_memory_and_none_is_lost() {
    let gate = Gate::new();
    let call = json!({"cmd": "touch other.txt"});
    let model = MockModel::start([
        Reply::default().until(&gate).and_call("exec_command", &call),
        Reply::words(COUNT).only_for("many words"),
        Reply::text("done").only_for("something else"),
    ]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let other = server.start_thread(&home);
    server.start_turn(&other, "something else");
    model.wait_for_request(1);
    let busy = server.start_thread(&home);
    server.expect_where("thread/started", |params| params["thread"]["id"] == busy.as_str());
    server.count_only(DELTA);
    let before = process::memory_kib(server.pid());

    server.pause_reading();
    let input = json!([{"type": "text", "text": "many words", "text_elements": []}]);
    let start = server.send("turn/start", json!({"threadId": busy, "input": input}));
    model.wait_until_still(2);
    gate.open();
    // The other thread runs its command and asks the model again while nobody reads.
    model.wait_for_request(3);
    assert!(home.work().join("other.txt").exists());
    let grown = process::memory_kib(server.pid()).saturating_sub(before);

    server.resume_reading();
    server.answer(start).unwrap();
    let end = server.wait_turn(&busy);
    assert_eq!(end.status(), "completed");
    assert_eq!(end.text().split_whitespace().count(), COUNT);
    assert_eq!(server.wait_turn(&other).text(), "done");
    assert_eq!(server.counted(), COUNT + 1, "every delta, and the one of the other thread");
    assert!(grown < 8 * 1024, "memory grew by {grown} KiB while nobody read");
}

#[test]
fn an_interrupt_is_heard_while_nobody_reads() {
    let model = MockModel::start([Reply::words(COUNT)]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.start_turn(&thread, "go");
    server.count_only(DELTA);
    server.pause_reading();
    model.wait_until_still(1);
    let interrupt = server.send("turn/interrupt", json!({"threadId": thread, "turnId": turn}));
    model.wait_for_abandoned(1);
    server.resume_reading();
    server.answer(interrupt).unwrap();
    assert_eq!(server.wait_turn(&thread).status(), "interrupted");
}
