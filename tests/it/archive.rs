//! Threads that are put away, taken back and deleted.

use codex_tests::home::{Home, files_below};
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const NOBODY: &str = "0198aaaa-0000-7000-8000-000000000000";

fn refusal(server: &mut AppServer, method: &str, params: Value) -> String {
    let refusal = server.refused(method, params);
    format!("{} ({})", refusal.message, refusal.code)
}

fn listed(server: &mut AppServer, archived: bool) -> Vec<String> {
    let page = server.ok("thread/list", json!({"archived": archived}));
    let threads = page["data"].as_array().unwrap().iter();
    threads.map(|thread| thread["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_archived_thread_is_out_of_the_way_until_it_is_taken_back() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "hi");
    let path = home.rollout(&thread);
    let content = std::fs::read(&path).unwrap();

    assert_eq!(server.ok("thread/archive", json!({"threadId": thread})), json!({}));
    server.expect_where("thread/status/changed", |told| told["status"]["type"] == "notLoaded");
    assert_eq!(server.expect("thread/archived"), json!({"threadId": thread}));
    let of = |method: &'static str| move |message: &Value| message["method"] == method;
    let gone = server.position(|message| message["params"]["status"]["type"] == "notLoaded");
    assert!(gone < server.position(of("thread/archived")));
    let away = home.codex_home().join("archived_sessions").join(path.file_name().unwrap());
    assert_eq!(std::fs::read(&away).unwrap(), content);
    assert!(!path.exists());
    assert_eq!((listed(&mut server, false), listed(&mut server, true)), (vec![], vec![thread.clone()]));
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]));

    let named = json!({"threadId": thread});
    assert_eq!(
        refusal(&mut server, "thread/archive", named.clone()),
        format!("no rollout found for thread id {thread} (-32600)")
    );
    for method in ["thread/resume", "thread/fork"] {
        let text = refusal(&mut server, method, named.clone());
        assert!(text.starts_with(&format!("session {thread} is archived.")), "{text}");
    }
    let input = json!({"threadId": thread, "input": [{"type": "text", "text": "x"}]});
    assert_eq!(refusal(&mut server, "turn/start", input), format!("thread not found: {thread} (-32600)"));
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    assert_eq!(read["thread"]["turns"].as_array().unwrap().len(), 1);

    let back = server.ok("thread/unarchive", named.clone())["thread"].clone();
    assert_eq!((&back["id"], &back["status"]["type"]), (&json!(thread), &json!("notLoaded")));
    assert_eq!((&back["path"], &back["preview"]), (&json!(path), &json!("hi")));
    assert_eq!(server.expect("thread/unarchived"), named);
    assert_eq!((listed(&mut server, false), listed(&mut server, true)), (vec![thread.clone()], vec![]));
    server.ok("thread/resume", named);
    server.run_turn(&thread, "more");
    server.ignore_rest();
}

#[test]
fn what_is_not_there_cannot_be_put_away_taken_back_or_deleted() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let params = json!({"ephemeral": true});
    let ephemeral = server.start_thread_with(&home, params);
    server.run_turn(&ephemeral, "hi");
    for id in [NOBODY, ephemeral.as_str()] {
        let named = json!({"threadId": id});
        assert_eq!(
            refusal(&mut server, "thread/archive", named.clone()),
            format!("no rollout found for thread id {id} (-32600)")
        );
        assert_eq!(
            refusal(&mut server, "thread/unarchive", named),
            format!("no archived rollout found for thread id {id} (-32600)")
        );
    }
    assert_eq!(
        refusal(&mut server, "thread/delete", json!({"threadId": NOBODY})),
        format!("no rollout found for thread id {NOBODY} (-32600)")
    );
    assert_eq!(
        refusal(&mut server, "thread/delete", json!({"threadId": ephemeral})),
        format!("thread is not persisted and cannot be deleted: {ephemeral} (-32600)")
    );
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([ephemeral]));
    for method in ["thread/archive", "thread/unarchive"] {
        let text = refusal(&mut server, method, json!({"threadId": "x"}));
        assert!(text.starts_with("invalid session id: "), "{text}");
    }
    let text = refusal(&mut server, "thread/delete", json!({"threadId": "x"}));
    assert!(text.starts_with("invalid thread id: "), "{text}");
    server.ignore_rest();
}

#[test]
fn a_thread_without_a_turn_can_be_put_away() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.ok("thread/archive", json!({"threadId": thread}));
    assert_eq!(files_below(&home.codex_home().join("archived_sessions")).len(), 1);
    let back = server.ok("thread/unarchive", json!({"threadId": thread}));
    assert_eq!(back["thread"]["preview"], "");
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["turns"], json!([]));
    server.ignore_rest();
}

#[test]
fn a_running_turn_is_interrupted_and_stored_first() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("Hel").until(&gate)]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "hi");
    server.expect("item/agentMessage/delta");
    server.ok("thread/archive", json!({"threadId": thread}));
    let end = server.expect("turn/completed");
    assert_eq!(end["turn"]["status"], "interrupted");
    server.expect("thread/archived");
    let at = |method: &str| server.position(|message| message["method"] == method);
    let gone = server.position(|message| message["params"]["status"]["type"] == "notLoaded");
    assert!(at("turn/completed") < gone && gone < at("thread/archived"));
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    assert_eq!(read["thread"]["turns"][0]["status"], "interrupted");
    server.ignore_rest();
}

#[test]
fn nothing_is_left_of_a_deleted_thread() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let (thread, archived) = (server.start_thread(&home), server.start_thread(&home));
    for id in [&thread, &archived] {
        server.run_turn(id, "hi");
        server.ok("thread/name/set", json!({"threadId": id, "name": "mine"}));
    }
    server.ok("thread/archive", json!({"threadId": archived}));
    for id in [&thread, &archived] {
        assert_eq!(server.ok("thread/delete", json!({"threadId": id})), json!({}));
        assert_eq!(server.expect("thread/deleted"), json!({"threadId": id}));
        assert_eq!(
            refusal(&mut server, "thread/delete", json!({"threadId": id})),
            format!("no rollout found for thread id {id} (-32600)")
        );
        let text = refusal(&mut server, "thread/read", json!({"threadId": id}));
        assert_eq!(text, format!("thread not loaded: {id} (-32600)"));
    }
    assert_eq!((listed(&mut server, false), listed(&mut server, true)), (vec![], vec![]));
    let files = files_below(&home.codex_home());
    assert!(
        !files.iter().any(|file| file.extension().is_some_and(|kind| kind == "jsonl")
            && file.starts_with(home.codex_home().join("sessions"))),
        "{files:?}"
    );
    let new = server.start_thread(&home);
    assert_eq!(server.ok("thread/delete", json!({"threadId": new})), json!({}));
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]));
    server.ignore_rest();
}

#[test]
fn what_a_fork_begins_with_is_not_deleted() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "hi");
    let fork = server.ok("thread/fork", json!({"threadId": thread}))["thread"]["id"].clone();
    let text = refusal(&mut server, "thread/delete", json!({"threadId": thread}));
    assert!(text.starts_with(&format!("cannot delete thread {thread}: forked history still references it")));
    server.run_turn(&thread, "it goes on");
    server.ok("thread/archive", json!({"threadId": thread}));
    let read = server.ok("thread/read", json!({"threadId": fork, "includeTurns": true}));
    assert_eq!(read["thread"]["turns"].as_array().unwrap().len(), 1);
    server.ok("thread/delete", json!({"threadId": fork}));
    server.ok("thread/delete", json!({"threadId": thread}));
    server.ignore_rest();
}
