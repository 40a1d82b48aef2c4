//! What is stored when the process ends, or the disk does, at any write of a session.
//!
//! A session is played again and again, and each time the next write of it is the last, or fails. A few of the writes
//! are tried always; `CODEX_TEST_ROUNDS=1000` tries all of them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use codex_tests::binary;
use codex_tests::home::Home;
use codex_tests::server::AppServer;
use codex_tests::tracer::{Act, EIO, ENOSPC, Tracer, Write};
use rustix::process::Signal;
use serde_json::{Value, json};

/// What is said in each turn.
const TURNS: usize = 12;

fn script(number: usize) -> String {
    let items =
        (0..5).map(|item| format!("think thought {number}.{item}\ncommentary word {number}.{item}\n"));
    format!("{}shell echo {number}\nsay the end of {number}", items.collect::<String>())
}

/// How far apart the writes are that are tried.
fn step(writes: usize) -> usize {
    let rounds = binary::variable("CODEX_TEST_ROUNDS").and_then(|text| text.parse().ok()).unwrap_or(6);
    writes.div_ceil(rounds).max(1)
}

/// A session that somebody stands beside.
struct Played {
    server: AppServer,
    thread: String,
    home: Home,
    /// Whether all of it could be played.
    complete: bool,
}

/// Plays the session; `decide` is asked about every write. `None`: this machine does not let anybody stand there.
fn play(decide: impl FnMut(&Write) -> Act + Send + 'static) -> Option<Played> {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    server.ignore_rest();
    let thread = server.start_thread(&home);
    if Tracer::attach(server.pid(), decide).is_err() {
        // Containers may forbid it; then there is nothing to be seen here.
        server.end_by(Signal::KILL);
        return None;
    }
    let complete = (0..TURNS).all(|number| {
        let input = json!([{"type": "text", "text": script(number)}]);
        server.try_send("turn/start", &json!({"threadId": thread, "input": input}))
            && server.try_until("turn/completed", number + 1)
    });
    Some(Played { server, thread, home, complete })
}

fn is_of_the_thread(path: &Path) -> bool {
    path.to_string_lossy().contains("/sessions/")
}

/// What a line is, without what differs from session to session.
fn kinds(path: &Path) -> Vec<String> {
    let text = std::fs::read(path).unwrap_or_default();
    let whole = text.rsplit_once_by(b'\n');
    let lines = whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let kind = |line: &[u8]| {
        let line: Value = serde_json::from_slice(line).expect("what ends in a line end is whole");
        let (payload, item) = (&line["payload"]["type"], &line["payload"]["item"]["type"]);
        format!("{} {} {payload} {item}", line["ordinal"], line["type"])
    };
    lines.map(kind).collect()
}

/// The lines without their numbers, and without the second end of a turn that could not be stored at first.
fn once_ended(kinds: Vec<String>) -> Vec<String> {
    let kinds = kinds.into_iter().filter_map(|kind| Some(kind.split_once(' ')?.1.to_owned()));
    let mut once: Vec<String> = kinds.collect();
    once.dedup_by(|later, earlier| later == earlier && later.contains("task_complete"));
    once
}

trait UpToLast {
    fn rsplit_once_by(&self, byte: u8) -> &[u8];
}

impl UpToLast for Vec<u8> {
    fn rsplit_once_by(&self, byte: u8) -> &[u8] {
        let end = self.iter().rposition(|other| *other == byte).map_or(0, |at| at + 1);
        &self[..end]
    }
}

/// What a client was told is there, and the thread goes on.
fn check_resumed(home: &Home, thread: &str, told: &Told, when: &str) {
    if told.items.is_empty() {
        // Perhaps nothing was stored at all.
        return;
    }
    let mut server = AppServer::start(home);
    server.ignore_rest();
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    let turns = resumed["thread"]["turns"].as_array().unwrap();
    let kept: HashMap<&str, &Value> = turns
        .iter()
        .flat_map(|turn| turn["items"].as_array().unwrap())
        .map(|item| (item["id"].as_str().unwrap(), item))
        .collect();
    for item in &told.items {
        assert_eq!(kept.get(item["id"].as_str().unwrap()), Some(&item), "{when}");
    }
    for (id, status) in &told.ends {
        let turn =
            turns.iter().find(|turn| turn["id"] == *id).unwrap_or_else(|| panic!("{when}: {id} is gone"));
        assert_eq!(turn["status"], *status, "{when}");
    }
    assert!(turns.iter().all(|turn| turn["status"] != "inProgress"), "{when}");
    assert_eq!(server.run_turn(thread, "say it goes on").text(), "it goes on", "{when}");
}

/// What a client has seen as complete.
struct Told {
    items: Vec<Value>,
    ends: Vec<(Value, Value)>,
}

impl Told {
    fn to(server: &AppServer) -> Self {
        let items = server.seen("item/completed").into_iter().map(|params| params["item"].clone()).collect();
        let ends = server.seen("turn/completed").into_iter();
        let ends =
            ends.map(|params| (params["turn"]["id"].clone(), params["turn"]["status"].clone())).collect();
        Self { items, ends }
    }
}

#[test]
fn a_process_that_ends_at_any_write_loses_nothing_that_was_told() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let Some(mut whole) = play(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Act::Pass
    }) else {
        return;
    };
    assert!(whole.complete);
    whole.server.end_by(Signal::KILL);
    let all = kinds(&whole.home.rollout(&whole.thread));
    let writes = count.load(Ordering::SeqCst);
    assert!(writes >= 300, "{writes}");
    for last in (1..writes).step_by(step(writes)) {
        let mut left = last;
        let mut played = play(move |_| {
            left = left.saturating_sub(1);
            if left == 0 { Act::Kill } else { Act::Pass }
        })
        .unwrap();
        if played.complete {
            played.server.end_by(Signal::KILL);
        } else {
            played.server.wait_exit();
        }
        let told = Told::to(&played.server);
        let when = format!("ended before write {last} of {writes}");
        let path = played.home.find_rollout(&played.thread);
        let kept = path.as_deref().map(kinds).unwrap_or_default();
        assert!(all.starts_with(&kept), "{when}: {kept:#?}");
        check_resumed(&played.home, &played.thread, &told, &when);
    }
}

#[test]
fn a_write_that_fails_leaves_nothing_glued_and_nothing_out() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let Some(whole) = play(move |write| {
        counted.fetch_add(usize::from(is_of_the_thread(&write.path)), Ordering::SeqCst);
        Act::Pass
    }) else {
        return;
    };
    let all = kinds(&whole.home.rollout(&whole.thread));
    drop(whole);
    let writes = count.load(Ordering::SeqCst);
    for bad in (1..=writes).step_by(step(writes)) {
        for error in [ENOSPC, EIO] {
            let mut seen = 0;
            let mut played = play(move |write| {
                seen += usize::from(is_of_the_thread(&write.path));
                if is_of_the_thread(&write.path) && seen == bad { Act::Fail(error) } else { Act::Pass }
            })
            .unwrap();
            let when = format!("error {error} at write {bad} of {writes}");
            assert!(played.complete, "{when}");
            let told = Told::to(&played.server);
            played.server.close();
            let kept = once_ended(kinds(&played.home.rollout(&played.thread)));
            assert_eq!(kept, once_ended(all.clone()), "{when}: what could not be written is written later");
            check_resumed(&played.home, &played.thread, &told, &when);
        }
    }
}

#[test]
fn a_disk_that_is_full_for_good_fails_the_turn() {
    for error in [ENOSPC, EIO] {
        let mut seen = 0;
        let played = play(move |write| {
            seen += usize::from(is_of_the_thread(&write.path));
            if is_of_the_thread(&write.path) && seen > 20 { Act::Fail(error) } else { Act::Pass }
        });
        let Some(mut played) = played else { return };
        assert!(played.complete);
        let told = played.server.seen("error");
        let words = "The conversation could not be stored: cannot write ";
        assert!(told[0]["error"]["message"].as_str().unwrap().starts_with(words), "{told:#?}");
        let failed = |ended: &Value| ended["turn"]["status"] == "failed";
        let ends = played.server.seen("turn/completed");
        assert!(ends.iter().any(failed) && !failed(&ends[0]), "{ends:#?}");
        assert!(ends.iter().skip_while(|ended| !failed(ended)).all(failed), "{ends:#?}");
        played.server.end_by(Signal::KILL);
        let path = played.home.rollout(&played.thread);
        assert_eq!(kinds(&path).len(), std::fs::read_to_string(&path).unwrap().lines().count());
        let nothing =
            Told { items: vec![played.server.seen("item/completed")[0]["item"].clone()], ends: Vec::new() };
        check_resumed(&played.home, &played.thread, &nothing, "after a full disk");
        let mut server = AppServer::start(&played.home);
        let read = server.ok("thread/read", json!({"threadId": played.thread, "includeTurns": true}));
        server.ignore_rest();
        let listed: HashMap<&str, &str> = read["thread"]["turns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|turn| (turn["id"].as_str().unwrap(), turn["status"].as_str().unwrap()))
            .collect();
        for ended in &ends {
            let (id, status) =
                (ended["turn"]["id"].as_str().unwrap(), ended["turn"]["status"].as_str().unwrap());
            let agrees = match listed.get(id) {
                Some(listed) => *listed == status || (*listed, status) == ("interrupted", "failed"),
                None => status == "failed",
            };
            assert!(agrees, "{id} was told as {status}: {listed:?}");
        }
    }
}
