//! Summing up a thread: when it is asked for, by itself, and beside other requests.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use codex_tests::turn::Turn;
use serde_json::{Value, json};

fn compact(server: &mut AppServer, thread: &str) {
    assert_eq!(server.ok("thread/compact/start", json!({"threadId": thread})), json!({}));
}

/// Role and text of what a request shows, without what every conversation begins with.
fn shown(request: &Value) -> Vec<String> {
    let items = request["input"].as_array().unwrap().iter();
    let texts = items.map(|item| format!("{}: {}", item["role"], item["content"][0]["text"]));
    texts.filter(|text| !text.contains("<environment_context>")).map(|text| text.replace('"', "")).collect()
}

fn is_compaction(turn: &Turn) -> bool {
    !turn.items("contextCompaction").is_empty()
}

#[test]
fn a_summary_takes_the_place_of_the_history_also_after_a_restart() {
    let model = MockModel::start([Reply::text("one"), Reply::text("the note"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "first");
    compact(&mut server, &thread);
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.status(), is_compaction(&turn)), ("completed", true));
    assert!(turn.items("agentMessage").is_empty() && turn.end()["items"].as_array().unwrap().is_empty());
    let last = turn.all("thread/tokenUsage/updated").pop().unwrap()["tokenUsage"]["last"].clone();
    assert_eq!((&last["inputTokens"], &last["outputTokens"]), (&json!(0), &json!(0)), "it is an estimate");
    assert!(last["totalTokens"].as_i64().unwrap() > 0);
    let asked = model.wait_for_request(2);
    assert_eq!(asked["tools"], json!([]));
    assert!(shown(&asked).last().unwrap().starts_with("user: Pause the work here."), "{asked}");
    assert_eq!(server.run_turn(&thread, "second").text(), "two");
    let before = model.wait_for_request(3);
    let texts = shown(&before);
    assert_eq!((texts.len(), texts[0].as_str(), texts[2].as_str()), (3, "user: first", "user: second"));
    assert!(texts[1].starts_with("user: <conversation_summary>") && texts[1].contains("the note"));
    assert!(server.close().success());

    model.add([Reply::text("three")]);
    let mut server = AppServer::start(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    let turns = resumed["thread"]["turns"].as_array().unwrap();
    let kinds: Vec<&Value> = turns.iter().map(|turn| &turn["items"][0]["type"]).collect();
    assert_eq!(kinds, ["userMessage", "contextCompaction", "userMessage"]);
    server.run_turn(&thread, "third");
    let after = shown(&model.wait_for_request(4));
    assert_eq!(after[..3], texts[..], "what was shown before the restart is shown after it");
}

#[test]
fn the_prompt_and_the_limit_can_be_configured() {
    let model = MockModel::start([Reply::text("one"), Reply::text("the note"), Reply::text("two")]);
    let settings =
        "- config compact_prompt = \"Sum it up, captain.\"\n- config model_auto_compact_token_limit = 1";
    let home = Home::with_model(&model, settings);
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    // With nothing but a message there is nothing to sum up, whatever the limit.
    assert!(!is_compaction(&server.run_turn(&thread, "first")));
    let turn = server.run_turn(&thread, "second");
    assert_eq!(turn.text(), "two");
    let kinds: Vec<&str> =
        turn.all("item/started").iter().map(|params| params["item"]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["contextCompaction", "userMessage", "agentMessage"]);
    assert_eq!(shown(&model.wait_for_request(2)).last().unwrap(), "user: Sum it up, captain.");
}

#[test]
fn no_message_joins_it_and_an_interrupt_leaves_the_history_as_it_was() {
    let gate = Gate::new();
    let model =
        MockModel::start([Reply::text("one"), Reply::text("half a").until(&gate), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "first");
    compact(&mut server, &thread);
    let id = server.expect("turn/started")["turn"]["id"].as_str().unwrap().to_owned();
    server.expect_where("item/started", |params| params["item"]["type"] == "contextCompaction");
    let input = json!([{"type": "text", "text": "now"}]);
    let steer = json!({"threadId": thread, "expectedTurnId": id, "input": input});
    let refusal = server.refused("turn/steer", steer);
    assert_eq!((refusal.code, refusal.message.as_str()), (-32600, "cannot steer a compact turn"));
    let class = &refusal.error["data"]["codexErrorInfo"];
    assert_eq!(*class, json!({"activeTurnNotSteerable": {"turnKind": "compact"}}));
    let refusal = server.refused("turn/start", json!({"threadId": thread, "input": input}));
    assert_eq!((refusal.code, &refusal.error["data"]["codexErrorInfo"]), (-32600, class));
    let words = "failed to submit turn input: cannot steer a compact turn; wait for its `turn/completed`";
    assert!(refusal.message.starts_with(words), "{refusal:?}");
    server.ok("turn/interrupt", json!({"threadId": thread, "turnId": id}));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.id(), turn.status(), is_compaction(&turn)), (id.as_str(), "interrupted", false));
    model.wait_for_abandoned(2);
    server.run_turn(&thread, "second");
    assert_eq!(shown(&model.wait_for_request(3)), ["user: first", "assistant: one", "user: second"]);
}

#[test]
fn it_takes_the_place_of_a_running_turn() {
    let gate = Gate::new();
    let model =
        MockModel::start([Reply::text("one"), Reply::text("half ").until(&gate), Reply::text("note")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "first");
    let id = server.start_turn(&thread, "second");
    model.wait_for_request(2);
    compact(&mut server, &thread);
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.id(), turn.status()), (id.as_str(), "interrupted"));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.status(), is_compaction(&turn)), ("completed", true));
}

#[test]
fn the_rehearsal_model_sums_up_and_goes_on_after_an_overflow() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "say hello");
    let turn = server.run_turn(&thread, "attempt 1 overflow\nsay I am back");
    assert_eq!((turn.status(), turn.text(), is_compaction(&turn)), ("completed", "I am back", true));
    let turn = server.run_turn(&thread, "overflow");
    let error = &turn.end()["error"];
    assert_eq!((turn.status(), &error["codexErrorInfo"]), ("failed", &json!("contextWindowExceeded")));
    assert!(error["message"].as_str().unwrap().contains("even after it was summed up"), "{error}");
    assert_eq!(server.run_turn(&thread, "say still here").text(), "still here");
}

#[test]
fn bad_requests_are_told_what_is_wrong() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let unknown = "01a204c2-29a4-7331-83b0-c38f9aaa76e8";
    for (thread, said) in [("x", "invalid thread id"), (unknown, "thread not found")] {
        let refusal = server.refused("thread/compact/start", json!({"threadId": thread}));
        assert!(refusal.code == -32600 && refusal.message.contains(said), "{refusal:?}");
    }
}
