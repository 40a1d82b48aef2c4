//! Read states: from where on a thread is unread is told, changed, and kept.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use codex_tests::turn::Turn;
use serde_json::{Value, json};

const CHANGED: &str = "thread/readState/changed";

/// What a turn has said of its read state: once, right before its end.
fn told(turn: &Turn) -> Value {
    let [.., changed, end] = turn.messages() else { panic!("too few messages") };
    assert_eq!((&changed["method"], &end["method"]), (&json!(CHANGED), &json!("turn/completed")));
    assert_eq!(turn.all(CHANGED).len(), 1);
    assert_eq!(changed["params"]["threadId"], end["params"]["threadId"]);
    changed["params"]["readState"].clone()
}

fn read(server: &mut AppServer, thread: &str) -> Value {
    server.ok("thread/read", json!({"threadId": thread}))["readState"].clone()
}

fn listed(server: &mut AppServer) -> Value {
    server.ok("thread/list", json!({}))["readStates"].clone()
}

fn update(thread: &str, operation: &str, state: &Value) -> Value {
    json!({"threadId": thread, "operation": {"type": operation}, "expectedRevision": state["revision"]})
}

fn first_unread(turn: &Turn) -> Value {
    json!({"type": "turn", "turnId": turn.id()})
}

#[test]
fn the_first_unread_turn_is_told_and_kept_until_somebody_reads() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    assert_eq!(read(&mut server, &thread), Value::Null);
    let first = server.run_turn(&thread, "one");
    let one = told(&first);
    assert_eq!(one["firstUnread"], first_unread(&first));
    let two = told(&server.run_turn(&thread, "two"));
    assert_eq!(two["firstUnread"], one["firstUnread"]);
    assert_ne!(two["revision"], one["revision"]);
    assert_eq!(read(&mut server, &thread), two);
    server.close();

    let mut server = AppServer::start_experimental(&home);
    assert_eq!(listed(&mut server), json!({&thread: two}));
    let refusal = server.refused("thread/readState/update", update(&thread, "read", &one));
    assert_eq!((refusal.code, refusal.message.as_str()), (-32600, "read state changed"));
    assert_eq!(refusal.error["data"], json!({"reason": "readStateConflict", "readState": two}));
    // Nobody listens to the thread.
    let unread = server.ok("thread/readState/update", update(&thread, "unread", &two))["readState"].clone();
    assert_eq!(unread["firstUnread"], json!({"type": "threadStart"}));
    server.ok("thread/resume", json!({"threadId": thread}));
    let all_read =
        server.ok("thread/readState/update", update(&thread, "read", &unread))["readState"].clone();
    assert_eq!(all_read["firstUnread"], Value::Null);
    assert_eq!(server.expect(CHANGED), json!({"threadId": thread, "readState": all_read}));
    let third = server.run_turn(&thread, "three");
    assert_eq!(told(&third)["firstUnread"], first_unread(&third));

    // A fork has not been read by anybody, and there is nothing new in it.
    let fork = server.ok("thread/fork", json!({"threadId": thread}))["thread"]["id"].clone();
    let fork = fork.as_str().unwrap();
    let initial = json!({"firstUnread": null, "revision": format!("initial:{fork}")});
    assert_eq!(read(&mut server, fork), initial);
    let again = server.ok("thread/readState/update", update(fork, "read", &initial))["readState"].clone();
    assert_eq!(read(&mut server, fork), again);
    server.ok("thread/delete", json!({"threadId": fork}));
    let left = listed(&mut server);
    assert_eq!(left.as_object().unwrap().keys().collect::<Vec<_>>(), [&thread]);
    let file = std::fs::read_to_string(home.codex_home().join("thread_read_states.jsonl")).unwrap();
    assert_eq!(file.lines().last(), Some(json!({"thread_id": fork}).to_string().as_str()));
}

#[test]
fn a_turn_without_an_answer_leaves_nothing_to_read() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    told(&server.run_turn(&thread, "hello"));
    let state = read(&mut server, &thread);
    server.ok("thread/compact/start", json!({"threadId": thread}));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.status(), turn.all(CHANGED).len()), ("completed", 0));
    assert_eq!(read(&mut server, &thread), state);
}

#[test]
fn what_cannot_be_read_is_said_and_others_are_not_told() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let ephemeral = server.start_thread_with(&home, json!({"ephemeral": true}));
    let turn = server.run_turn(&ephemeral, "hello");
    assert!(turn.all(CHANGED).is_empty());
    assert_eq!(read(&mut server, &ephemeral), Value::Null);
    let new = server.start_thread(&home);
    let nobody = "01984de2-8f74-7c91-a3b2-5c5e937cf319";
    let refusals = [
        (ephemeral.as_str(), -32600, "thread read state unavailable"),
        (new.as_str(), -32600, "thread read state unavailable"),
        (nobody, -32600, "thread not loaded: 01984de2-8f74-7c91-a3b2-5c5e937cf319"),
        ("x", -32602, "invalid thread id: "),
    ];
    for (thread, code, text) in refusals {
        let params = update(thread, "read", &json!({"revision": "r"}));
        let refusal = server.refused("thread/readState/update", params);
        assert_eq!(refusal.code, code, "{refusal:?}");
        assert!(refusal.message.starts_with(text), "{refusal:?}");
    }
    server.close();

    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "hello");
    assert!(turn.all(CHANGED).is_empty());
    assert_eq!(read(&mut server, &thread)["firstUnread"], first_unread(&turn));
}

#[test]
fn a_turn_ends_also_if_that_it_is_unread_cannot_be_stored() {
    let home = Home::with_rehearsal("");
    std::fs::create_dir(home.codex_home().join("thread_read_states.jsonl")).unwrap();
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "hello");
    assert_eq!(turn.status(), "completed");
    assert!(turn.all(CHANGED).is_empty());
    server.wait_for_log("that a turn is unread is not stored");
}
