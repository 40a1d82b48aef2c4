//! Stored threads: listed, read and resumed by another process as the first one left them.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const UNKNOWN: &str = "01a204c2-4887-7bf2-88cb-1e909b637fb4";

#[test]
fn a_thread_goes_on_in_another_process() {
    let model =
        MockModel::start([Reply::shell("echo from the tool"), Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut first = AppServer::start(&home);
    let thread = first.start_thread(&home);
    let turn = first.run_turn(&thread, "first question");
    let read = first.ok("thread/read", json!({"threadId": thread, "includeTurns": true}))["thread"].clone();
    drop(first);

    let mut second = AppServer::start(&home);
    let listed = second.ok("thread/list", json!({"limit": 10}))["data"].clone();
    assert_eq!(listed[0]["id"], thread.as_str());
    assert_eq!(listed[0]["preview"], "first question");
    assert_eq!(listed[0]["status"], json!({"type": "notLoaded"}));
    let resumed = second.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["id"], thread.as_str());
    assert_eq!(resumed["thread"]["turns"], read["turns"], "resumed is as live was");
    let items = resumed["thread"]["turns"][0]["items"].as_array().unwrap();
    let kinds: Vec<_> = items.iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["userMessage", "commandExecution", "agentMessage"]);
    assert_eq!(items[1]["aggregatedOutput"], turn.item("commandExecution")["aggregatedOutput"]);
    assert_eq!(second.expect("thread/tokenUsage/updated")["turnId"], turn.id());

    assert_eq!(second.run_turn(&thread, "second question").text(), "two");
    let asked = model.wait_for_request(3)["input"].to_string();
    for text in ["first question", "from the tool", "one", "second question"] {
        assert!(asked.contains(text), "the model is told of `{text}`: {asked}");
    }
}

#[test]
fn the_history_can_be_left_out() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut first = AppServer::start(&home);
    let thread = first.start_thread(&home);
    first.run_turn(&thread, "first");
    drop(first);
    let mut second = AppServer::start(&home);
    let resumed = second.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    assert_eq!(resumed["thread"]["turns"], json!([]));
    assert!(second.seen("deprecationNotice").is_empty());
    let read = second.ok("thread/read", json!({"threadId": thread}));
    assert_eq!(read["thread"]["turns"], json!([]));
}

/// What a client is told to do instead is there.
#[test]
fn remedies_work_as_they_are_told() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut first = AppServer::start(&home);
    let thread = first.start_thread(&home);
    first.run_turn(&thread, "first");
    first.run_turn(&thread, "second");
    drop(first);
    let rollout = home.rollout(&thread);

    let mut second = AppServer::start_experimental(&home);
    second.ok("thread/resume", json!({"threadId": thread}));
    let remedy = second.expect("deprecationNotice")["summary"].to_string();
    assert!(remedy.contains("excludeTurns: true") && remedy.contains("initialTurnsPage"), "{remedy}");
    let instead = json!({"threadId": thread, "excludeTurns": true, "initialTurnsPage": {"limit": 1}});
    let page = second.ok("thread/resume", instead)["initialTurnsPage"]["data"].clone();
    assert_eq!(page.as_array().unwrap().len(), 1, "{page}");
    drop(second);

    let archive = home.codex_home().join("archived_sessions");
    std::fs::create_dir_all(&archive).unwrap();
    let archived = archive.join(rollout.file_name().unwrap());
    std::fs::rename(&rollout, &archived).unwrap();
    let mut third = AppServer::start_experimental(&home);
    let told = third.refused("thread/resume", json!({"threadId": thread})).message;
    assert!(told.contains(&format!("`path` of its file {}", archived.display())), "{told}");
    let resumed =
        third.ok("thread/resume", json!({"threadId": thread, "path": archived, "excludeTurns": true}));
    assert_eq!(resumed["thread"]["id"], thread.as_str());
}

#[test]
fn a_thread_without_a_turn_is_loaded_but_not_stored() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([thread]));
    assert_eq!(server.ok("thread/list", json!({}))["data"], json!([]));
    let read = server.refused("thread/read", json!({"threadId": thread, "includeTurns": true}));
    assert_eq!(read.code, -32601);
}

#[test]
fn lists_are_paged() {
    let model = MockModel::start((0..3).map(|_| Reply::text("ok")));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let thread = server.start_thread(&home);
            server.run_turn(&thread, "hi");
            thread
        })
        .collect();
    let mut found: Vec<Value> = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = server.ok("thread/list", json!({"limit": 2, "cursor": cursor, "sortKey": "created_at"}));
        assert!(page["data"].as_array().unwrap().len() <= 2);
        found.extend(page["data"].as_array().unwrap().iter().map(|thread| thread["id"].clone()));
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let mut all: Vec<_> = threads.iter().map(|thread| json!(thread)).collect();
    all.sort_by_key(Value::to_string);
    found.sort_by_key(Value::to_string);
    assert_eq!(found, all, "every thread once");
    let bad = server.refused("thread/list", json!({"cursor": "nonsense"}));
    assert_eq!((bad.code, bad.message.as_str()), (-32600, "invalid cursor: nonsense"));
}

#[test]
fn a_name_stays_with_its_thread() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut first = AppServer::start(&home);
    let thread = first.start_thread(&home);
    first.run_turn(&thread, "first");
    first.ok("thread/name/set", json!({"threadId": thread, "name": "my thread"}));
    let told = first.expect("thread/name/updated");
    assert_eq!(
        (told["threadId"].as_str(), told["threadName"].as_str()),
        (Some(thread.as_str()), Some("my thread"))
    );
    drop(first);
    let mut second = AppServer::start(&home);
    assert_eq!(second.ok("thread/list", json!({}))["data"][0]["name"], "my thread");
}

#[test]
fn who_unsubscribes_hears_no_more_of_the_turn() {
    let gate = codex_tests::reply::Gate::new();
    let model = MockModel::start([Reply::text("one").until(&gate)]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "go");
    model.wait_for_request(1);
    server.ignore_rest();
    assert_eq!(server.ok("thread/unsubscribe", json!({"threadId": thread}))["status"], "unsubscribed");
    assert_eq!(server.ok("thread/unsubscribe", json!({"threadId": thread}))["status"], "notSubscribed");
    gate.open();
    server.expect_where("thread/status/changed", |params| params["status"]["type"] == "idle");
    server.ok("thread/loaded/list", json!({}));
    assert!(server.seen("turn/completed").is_empty());
    assert_eq!(server.ok("thread/unsubscribe", json!({"threadId": UNKNOWN}))["status"], "notLoaded");
}

#[test]
fn a_torn_last_line_is_told_and_survived() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut first = AppServer::start(&home);
    let thread = first.start_thread(&home);
    first.run_turn(&thread, "first");
    drop(first);
    let path = home.rollout(&thread);
    let torn = r#"{"timestamp":"2030-01-01T00:00:00.000Z","type":"event_msg","payl"#;
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}{torn}")).unwrap();

    let mut second = AppServer::start(&home);
    let resumed = second.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["turns"].as_array().unwrap().len(), 1);
    let told = second.expect_where("warning", |params| params["threadId"] == thread.as_str());
    let words = format!("its last line was cut off after {} bytes", torn.len());
    assert!(told["message"].as_str().unwrap().contains(&words), "{told}");
    assert_eq!(second.run_turn(&thread, "second").text(), "two");
    drop(second);

    let mut third = AppServer::start(&home);
    let resumed = third.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["turns"].as_array().unwrap().len(), 2, "what came after it is whole");
    assert!(third.seen("warning").is_empty(), "it has been told");
}
