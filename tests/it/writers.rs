//! One writer for each thread, whatever the processes: the second is refused and told of the first.
//!
//! A few rounds of the race are played always; `CODEX_TEST_ROUNDS=1000` plays more.

use codex_tests::binary;
use codex_tests::home::Home;
use codex_tests::server::{AppServer, Refusal};
use rustix::process::Signal;
use serde_json::{Value, json};

fn rounds() -> usize {
    binary::variable("CODEX_TEST_ROUNDS").and_then(|text| text.parse().ok()).unwrap_or(4)
}

fn resume(server: &mut AppServer, thread: &str) -> Result<Value, Refusal> {
    server.request("thread/resume", json!({"threadId": thread, "excludeTurns": true}))
}

#[test]
fn a_second_process_is_refused_and_told_of_the_first() {
    let home = Home::with_rehearsal("");
    let mut first = AppServer::start(&home);
    first.ignore_rest();
    let thread = first.start_thread(&home);
    first.run_turn(&thread, "say one");
    let mut second = AppServer::start(&home);
    second.ignore_rest();
    let refusal = resume(&mut second, &thread).unwrap_err();
    let begins = format!("thread {thread} already has an active writer: process {} (", first.pid());
    assert!(refusal.code == -32600 && refusal.message.starts_with(&begins), "{refusal:?}");
    assert!(refusal.message.contains("since 20"), "{refusal:?}");
    let read = second.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    assert_eq!(read["thread"]["turns"].as_array().unwrap().len(), 1, "reading needs no right to write");
    assert_eq!(
        second.ok("thread/turns/list", json!({"threadId": thread}))["data"].as_array().unwrap().len(),
        1
    );

    first.run_turn(&thread, "say two");
    first.end_by(Signal::KILL);
    resume(&mut second, &thread).unwrap();
    second.run_turn(&thread, "say three");
    second.close();
    let mut third = AppServer::start(&home);
    third.ignore_rest();
    let resumed = third.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["turns"].as_array().unwrap().len(), 3);
    assert!(third.seen("warning").is_empty());
}

/// What the server starts does not keep the thread.
#[test]
fn a_command_that_outlives_the_server_for_a_moment_holds_nothing() {
    let home = Home::with_rehearsal("");
    let mut first = AppServer::start(&home);
    first.ignore_rest();
    let thread = first.start_thread_with(&home, json!({"sandbox": "danger-full-access"}));
    first.run_turn(&thread, "shell {\"cmd\": \"sleep 1000\", \"yield_time_ms\": 250}\nsay done");
    first.end_by(Signal::KILL);
    let mut second = AppServer::start(&home);
    second.ignore_rest();
    resume(&mut second, &thread).unwrap();
}

/// There is nothing to lock with, so the thread works and the client hears of it.
#[test]
fn without_locks_a_thread_works_and_says_so() {
    let home = Home::with_rehearsal("- home thread-writer-locks: no folder");
    let mut first = AppServer::start(&home);
    first.ignore_rest();
    let thread = first.start_thread(&home);
    first.run_turn(&thread, "say one");
    first.close();
    let mut second = AppServer::start(&home);
    second.ignore_rest();
    resume(&mut second, &thread).unwrap();
    let told = second.expect("warning");
    let words = "Nothing keeps other processes from writing this thread at the same time";
    assert!(told["message"].as_str().unwrap().starts_with(words), "{told}");
    second.run_turn(&thread, "say two");
}

#[test]
fn of_two_processes_that_want_a_thread_at_once_one_gets_it() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    server.ignore_rest();
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "say 0");
    server.close();
    for round in 1..=rounds() {
        let mut servers = [AppServer::start(&home), AppServer::start(&home)];
        servers.iter_mut().for_each(AppServer::ignore_rest);
        let params = json!({"threadId": thread, "excludeTurns": true});
        let asked = servers.each_mut().map(|server| server.send("thread/resume", params.clone()));
        let mut got = Vec::new();
        for (server, id) in servers.iter_mut().zip(asked) {
            match server.answer(id) {
                Ok(_) => got.push(server),
                Err(refusal) => {
                    assert!(refusal.message.contains("already has an active writer"), "{refusal:?}")
                }
            }
        }
        assert_eq!(got.len(), 1, "round {round}");
        let winner = got.pop().unwrap();
        winner.run_turn(&thread, &format!("say {round}"));
        if round % 2 == 0 {
            winner.end_by(Signal::KILL);
        }
    }
    let text = std::fs::read_to_string(home.rollout(&thread)).unwrap();
    let ordinals: Vec<u64> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["ordinal"].as_u64().unwrap())
        .collect();
    assert_eq!(ordinals, (0..ordinals.len() as u64).collect::<Vec<_>>(), "nobody wrote between the lines");
    let ends = text.lines().filter(|line| line.contains("\"type\":\"task_complete\"")).count();
    assert_eq!(ends, rounds() + 1);
}
