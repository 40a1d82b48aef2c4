//! Turns that are taken back again and again, and what is left when it goes wrong.

use std::fs::{self, File};
use std::sync::mpsc;
use std::thread;

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

/// What users do who are not content, many times.
const OFTEN: usize = 100;

fn ask(server: &mut AppServer, thread: &str, question: &str) -> String {
    let turn = server.run_turn(thread, question);
    assert_eq!(turn.status(), "completed");
    turn.id().to_owned()
}

fn take_back(server: &mut AppServer, thread: &str, turn: &str) -> Value {
    let result = server.ok("thread/revert", json!({"threadId": thread, "beforeTurnId": turn}));
    assert_eq!(server.expect("thread/reverted"), json!({"threadId": thread}));
    result["thread"].clone()
}

fn questions(server: &mut AppServer, thread: &str) -> Vec<String> {
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    questions_of(&read["thread"]["turns"])
}

fn questions_of(turns: &Value) -> Vec<String> {
    let turns = turns.as_array().unwrap().iter();
    turns.map(|turn| turn["items"][0]["content"][0]["text"].as_str().unwrap().to_owned()).collect()
}

fn listed(server: &mut AppServer) -> Vec<(Value, Value)> {
    let listed = server.ok("thread/list", json!({}))["data"].clone();
    listed.as_array().unwrap().iter().map(|told| (told["id"].clone(), told["preview"].clone())).collect()
}

#[test]
fn a_thread_keeps_its_beginning_however_often_turns_are_taken_back() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let mut kept = vec!["say \"the beginning\"".to_owned()];
    ask(&mut server, &thread, &kept[0]);
    for number in 0..OFTEN {
        let edited = ask(&mut server, &thread, &format!("say \"edit {number}\""));
        take_back(&mut server, &thread, &edited);
    }
    assert_eq!(questions(&mut server, &thread), kept);
    // Each of these cuts lies in the newest file.
    for number in 0..OFTEN {
        let question = format!("say \"kept {number}\"");
        ask(&mut server, &thread, &question);
        kept.push(question);
        let taken = ask(&mut server, &thread, "say \"taken\"");
        let left = take_back(&mut server, &thread, &taken);
        assert_eq!(left["preview"], json!(kept[0]));
    }
    assert_eq!(questions(&mut server, &thread), kept);
    assert_eq!(listed(&mut server), [(json!(thread), json!(kept[0]))]);
    server.ignore_rest();
    server.close();

    let mut server = AppServer::start_experimental(&home);
    assert_eq!(listed(&mut server), [(json!(thread), json!(kept[0]))]);
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(questions_of(&resumed["thread"]["turns"]), kept);
    assert!(!json!(server.seen("warning")).to_string().contains("damaged"));
    // Whatever is asked for finds it.
    let turns = server.ok(
        "thread/turns/list",
        json!({"threadId": thread, "sortDirection": "asc", "itemsView": "full", "limit": 2}),
    );
    assert_eq!(questions_of(&turns["data"]), kept[..2]);
    let second = turns["data"][1]["id"].as_str().unwrap();
    take_back(&mut server, &thread, second);
    assert_eq!(questions(&mut server, &thread), kept[..1]);
    server.ignore_rest();
}

#[test]
fn what_was_unread_and_is_taken_back_is_not_unread_any_more() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    ask(&mut server, &thread, "say \"one\"");
    let state = server.ok("thread/read", json!({"threadId": thread}))["readState"].clone();
    let update =
        json!({"threadId": thread, "operation": {"type": "read"}, "expectedRevision": state["revision"]});
    server.ok("thread/readState/update", update);
    let second = ask(&mut server, &thread, "say \"two\"");
    let state = server.ok("thread/read", json!({"threadId": thread}))["readState"].clone();
    assert_eq!(state["firstUnread"], json!({"type": "turn", "turnId": second}));
    take_back(&mut server, &thread, &second);
    let now = server.ok("thread/read", json!({"threadId": thread}))["readState"].clone();
    assert_eq!(now["firstUnread"], Value::Null);
    server.expect_where("thread/readState/changed", |told| told["readState"] == now);
    server.ignore_rest();
}

#[test]
fn a_thread_that_could_not_be_loaded_again_is_closed() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turns = ["say \"one\"", "say \"two\""].map(|question| ask(&mut server, &thread, question));
    let locks = home.codex_home().join("thread-writer-locks");
    let open = |name: &str| File::options().read(true).write(true).open(locks.join(name)).unwrap();
    // Another process is faster: it waits for the thread, and nobody can see to it that the lock file vanishes.
    let (coordination, lock) = (open(".coordination.lock"), open(&format!("{thread}.lock")));
    coordination.lock().unwrap();
    let (done, taken) = mpsc::sync_channel(1);
    let other = thread::spawn(move || {
        lock.lock().unwrap();
        coordination.unlock().unwrap();
        done.send(lock).unwrap();
    });
    let refusal = server.refused("thread/revert", json!({"threadId": thread, "beforeTurnId": turns[1]}));
    assert!(refusal.message.contains("already has an active writer"), "{}", refusal.message);
    assert_eq!(server.expect("thread/closed"), json!({"threadId": thread}));
    let lock = taken.recv().unwrap();
    other.join().unwrap();
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]));
    drop(lock);
    server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    assert_eq!(questions(&mut server, &thread), ["say \"one\"", "say \"two\""]);
    server.ignore_rest();
}

#[test]
fn what_is_missing_of_a_thread_is_told_when_turns_are_taken_back() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    ask(&mut server, &thread, "say \"one\"");
    let first = home.rollout(&thread);
    let second = ask(&mut server, &thread, "say \"two\"");
    take_back(&mut server, &thread, &second);
    ask(&mut server, &thread, "say \"three\"");
    let fourth = ask(&mut server, &thread, "say \"four\"");
    fs::remove_file(first).unwrap();
    take_back(&mut server, &thread, &fourth);
    let gone = "which this one continues, is gone";
    server.expect_where("warning", |told| told["message"].as_str().is_some_and(|text| text.contains(gone)));
    assert_eq!(questions(&mut server, &thread), ["say \"three\""]);
    server.ignore_rest();
}
