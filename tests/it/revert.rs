//! Turns that are taken back.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn refusal(server: &mut AppServer, params: Value) -> String {
    let refusal = server.refused("thread/revert", params);
    format!("{} ({})", refusal.message, refusal.code)
}

fn questions(server: &mut AppServer, thread: &str) -> Vec<String> {
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    let turns = read["thread"]["turns"].as_array().unwrap().iter();
    turns.map(|turn| turn["items"][0]["content"][0]["text"].as_str().unwrap().to_owned()).collect()
}

fn shown(request: &Value) -> Vec<String> {
    let items = request["input"].as_array().unwrap().iter();
    let texts = items.filter_map(|item| item["content"][0]["text"].as_str());
    texts.filter(|text| !text.starts_with('<')).map(str::to_owned).collect()
}

fn ask(server: &mut AppServer, thread: &str, question: &str) -> String {
    let id = server.start_turn(thread, question);
    server.wait_turn(thread);
    id
}

#[test]
fn what_is_taken_back_is_neither_shown_nor_listed_also_after_a_restart() {
    let model = MockModel::start(["a1", "a2", "a3", "a4", "a5"].map(Reply::text));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turns = ["q1", "q2", "q3"].map(|question| ask(&mut server, &thread, question));
    server.ok("thread/name/set", json!({"threadId": thread, "name": "mine"}));

    let result = server.ok("thread/revert", json!({"threadId": thread, "beforeTurnId": turns[1]}));
    let told = &result["thread"];
    assert_eq!(
        (&told["id"], &told["turns"], &told["status"]["type"]),
        (&json!(thread), &json!([]), &json!("idle"))
    );
    assert_eq!((&told["preview"], &told["name"]), (&json!("q1"), &json!("mine")));
    assert!(result["turnsBackwardsCursor"].is_string() && result["itemsBackwardsCursor"].is_string());
    let statuses = server.seen("thread/status/changed");
    let statuses: Vec<_> = statuses.iter().rev().take(2).map(|told| told["status"]["type"].clone()).collect();
    assert_eq!(statuses, ["idle", "notLoaded"]);
    assert_eq!(server.expect("thread/reverted"), json!({"threadId": thread}));
    assert_eq!(questions(&mut server, &thread), ["q1"]);
    assert_eq!(
        refusal(&mut server, json!({"threadId": thread, "beforeTurnId": turns[1]})),
        format!("turn not found: {} (-32600)", turns[1])
    );
    let fourth = ask(&mut server, &thread, "q4");
    assert_eq!(shown(&model.wait_for_request(4)), ["q1", "a1", "q4"]);
    server.ignore_rest();
    drop(server);

    let mut server = AppServer::start(&home);
    let listed = server.ok("thread/list", json!({}))["data"].clone();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&listed[0]["id"], &listed[0]["name"]), (&json!(thread), &json!("mine")));
    assert_eq!(
        refusal(&mut server, json!({"threadId": thread, "beforeTurnId": fourth})),
        format!("thread not found: {thread} (-32600)")
    );
    server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    assert_eq!(questions(&mut server, &thread), ["q1", "q4"]);
    // In the part that an older file holds, and then all of it.
    server.ok("thread/revert", json!({"threadId": thread, "beforeTurnId": turns[0]}));
    assert_eq!(questions(&mut server, &thread), [""; 0]);
    ask(&mut server, &thread, "q5");
    assert_eq!(shown(&model.wait_for_request(5)), ["q5"]);
    server.ok("thread/archive", json!({"threadId": thread}));
    assert_eq!(server.ok("thread/list", json!({"archived": true}))["data"].as_array().unwrap().len(), 1);
    server.ok("thread/unarchive", json!({"threadId": thread}));
    assert_eq!(questions(&mut server, &thread), ["q5"]);
    server.ok("thread/delete", json!({"threadId": thread}));
    assert_eq!(server.ok("thread/list", json!({}))["data"], json!([]));
    server.ignore_rest();
}

fn times(thread: &Value) -> [Value; 3] {
    ["createdAt", "updatedAt", "recencyAt"].map(|time| thread[time].clone())
}

#[test]
fn a_thread_of_which_all_is_taken_back_stays_what_and_where_it_was() {
    let model = MockModel::start(["a1", "b1", "b2", "c1"].map(Reply::text));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let (first, second) = (server.start_thread(&home), server.start_thread(&home));
    let turn = ask(&mut server, &first, "q1");
    ask(&mut server, &second, "later");
    server.ignore_rest();
    server.close();
    // As if it was long ago.
    let path = home.rollout(&first);
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(long_ago).unwrap();
    let mut server = AppServer::start(&home);
    server.ignore_rest();
    let listed = |server: &mut AppServer| {
        let [created, updated] = ["created_at", "updated_at"].map(|order| {
            let page = server.ok("thread/list", json!({"sortKey": order}));
            let threads = page["data"].as_array().unwrap().clone();
            threads
                .into_iter()
                .map(|thread| (thread["id"].clone(), thread["preview"].clone(), times(&thread)))
        });
        (created.collect::<Vec<_>>(), updated.collect::<Vec<_>>())
    };
    let before = listed(&mut server);
    assert_eq!((before.0.len(), &before.0[1].1), (2, &json!("q1")));
    assert_eq!(before.0[1].2[1], json!(1_700_000_000));
    server.ok("thread/resume", json!({"threadId": first, "excludeTurns": true}));
    let told = server.ok("thread/revert", json!({"threadId": first, "beforeTurnId": turn}))["thread"].clone();
    assert_eq!((&told["preview"], times(&told)), (&json!("q1"), before.0[1].2.clone()));
    assert_eq!(listed(&mut server), before);
    drop(server);
    let mut server = AppServer::start(&home);
    server.ignore_rest();
    assert_eq!(listed(&mut server), before);
    let read = server.ok("thread/read", json!({"threadId": first}))["thread"].clone();
    assert_eq!((&read["preview"], times(&read)), (&json!("q1"), before.0[1].2.clone()));
    // It is called by what is said first in it from now on.
    server.ok("thread/resume", json!({"threadId": first, "excludeTurns": true}));
    ask(&mut server, &first, "q2");
    let (created, _) = listed(&mut server);
    assert_eq!((created.len(), &created[1].0, &created[1].1), (2, &json!(first), &json!("q2")));
    assert_eq!(created[1].2[0], before.0[1].2[0]);
    assert!(created[1].2[1].as_i64() > Some(1_700_000_000), "{created:?}");
}

#[test]
fn a_running_turn_is_interrupted_and_taken_back() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("a1"), Reply::text("Hel").until(&gate), Reply::text("a3")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    ask(&mut server, &thread, "q1");
    let running = server.start_turn(&thread, "q2");
    server.expect("item/agentMessage/delta");
    server.ok("thread/revert", json!({"threadId": thread, "beforeTurnId": running}));
    assert_eq!(
        server.expect_where("turn/completed", |told| told["turn"]["id"] == running)["turn"]["status"],
        "interrupted"
    );
    server.expect("thread/reverted");
    // Whoever listened still does.
    assert_eq!(server.run_turn(&thread, "q3").status(), "completed");
    assert_eq!(shown(&model.wait_for_request(3)), ["q1", "a1", "q3"]);
    server.ignore_rest();
}

#[test]
fn a_fork_keeps_what_its_source_has_taken_back() {
    let model = MockModel::start(["a1", "a2"].map(Reply::text));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turns = ["q1", "q2"].map(|question| ask(&mut server, &thread, question));
    let fork =
        server.ok("thread/fork", json!({"threadId": thread}))["thread"]["id"].as_str().unwrap().to_owned();
    server.ok("thread/revert", json!({"threadId": thread, "beforeTurnId": turns[1]}));
    assert_eq!(questions(&mut server, &fork), ["q1", "q2"]);
    let second =
        server.ok("thread/fork", json!({"threadId": thread}))["thread"]["id"].as_str().unwrap().to_owned();
    assert_eq!(questions(&mut server, &second), ["q1"]);
    server.ok("thread/revert", json!({"threadId": fork, "beforeTurnId": turns[1]}));
    assert_eq!(questions(&mut server, &fork), ["q1"]);
    server.ignore_rest();
}

#[test]
fn what_cannot_be_taken_back_is_refused_and_goes_on() {
    let model = MockModel::start(["a1", "a2", "a3"].map(Reply::text));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = ask(&mut server, &thread, "q1");
    let new = server.start_thread(&home);
    let ephemeral = server.start_thread_with(&home, json!({"ephemeral": true}));
    let nobody = "0198aaaa-0000-7000-8000-000000000000";
    let text = refusal(&mut server, json!({"threadId": "x", "beforeTurnId": turn}));
    assert!(text.starts_with("invalid thread id: "), "{text}");
    assert_eq!(
        refusal(&mut server, json!({"threadId": nobody, "beforeTurnId": turn})),
        format!("thread not found: {nobody} (-32600)")
    );
    assert_eq!(
        refusal(&mut server, json!({"threadId": new, "beforeTurnId": turn})),
        format!("no rollout found for thread id {new} (-32600)")
    );
    let text = refusal(&mut server, json!({"threadId": ephemeral, "beforeTurnId": turn}));
    assert!(text.starts_with("ephemeral threads do not support thread/revert"), "{text}");
    assert_eq!(
        refusal(&mut server, json!({"threadId": thread, "beforeTurnId": nobody})),
        format!("turn not found: {nobody} (-32600)")
    );
    ask(&mut server, &thread, "q2");
    assert_eq!(questions(&mut server, &thread), ["q1", "q2"]);
    server.ignore_rest();
}
