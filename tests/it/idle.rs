//! Threads to which nobody listens leave the memory, and come back when they are wanted.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::json;

#[test]
fn a_thread_that_nobody_listens_to_is_closed_and_can_be_resumed() {
    let home = Home::with_rehearsal("- config thread_idle_timeout_seconds = 1");
    let mut server = AppServer::start(&home);
    server.ignore_rest();
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "say one");
    let watched = server.start_thread(&home);
    server.run_turn(&watched, "say one");
    server.ok("thread/unsubscribe", json!({"threadId": thread}));
    let closed = server.expect("thread/closed");
    assert_eq!(closed["threadId"], thread.as_str());
    let changed =
        server.expect_where("thread/status/changed", |params| params["status"]["type"] == "notLoaded");
    assert_eq!(changed["threadId"], thread.as_str());
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([watched]));
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["turns"].as_array().unwrap().len(), 1);
    assert_eq!(server.run_turn(&thread, "say two").text(), "two");
}

#[test]
fn a_thread_in_which_something_runs_stays() {
    let home = Home::with_rehearsal("- config thread_idle_timeout_seconds = 1");
    let mut server = AppServer::start(&home);
    server.ignore_rest();
    let busy = server.start_thread(&home);
    server.run_turn(&busy, "shell {\"cmd\": \"sleep 1000\", \"yield_time_ms\": 250}\nsay it runs");
    let idle = server.start_thread(&home);
    server.run_turn(&idle, "say one");
    server.ok("thread/unsubscribe", json!({"threadId": busy}));
    server.ok("thread/unsubscribe", json!({"threadId": idle}));
    assert_eq!(server.expect("thread/closed")["threadId"], idle.as_str());
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([busy]));
}
