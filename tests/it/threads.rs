//! Threads in memory: joined in the middle of a turn, without listeners, without a file, with settings of their own.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn refusal(server: &mut AppServer, method: &str, params: Value) -> String {
    let refusal = server.refused(method, params);
    format!("{} ({})", refusal.message, refusal.code)
}

#[test]
fn who_joins_sees_the_turn_so_far_and_nothing_twice() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("Hel").until(&gate).and_text(&["lo"])]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "hi");
    server.expect("item/agentMessage/delta");

    let joined = server.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(joined["thread"]["status"], json!({"type": "active", "activeFlags": []}));
    let turn = &joined["thread"]["turns"][0];
    assert_eq!(turn["status"], "inProgress");
    let items = turn["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{items:?}");
    assert_eq!((&items[0]["type"], &items[1]["text"]), (&json!("userMessage"), &json!("Hel")));

    gate.open();
    assert_eq!(server.expect("item/agentMessage/delta")["delta"], "lo");
    let end = server.expect("turn/completed");
    assert_eq!(end["turn"]["items"][0]["text"], "Hello");
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    assert_eq!(read["thread"]["turns"][0]["items"][1]["text"], "Hello");
    server.ignore_rest();
}

#[test]
fn a_pending_question_is_asked_again() {
    let model = MockModel::start([Reply::shell("touch made.txt"), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread_with(&home, json!({"approvalPolicy": "untrusted"}));
    server.start_turn(&thread, "go");
    let question = server.asked("item/commandExecution/requestApproval");
    let joined = server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    let status = json!({"type": "active", "activeFlags": ["waitingOnApproval"]});
    assert_eq!(joined["thread"]["status"], status);
    let again = server.asked("item/commandExecution/requestApproval");
    assert_eq!(again.id, question.id);
    assert_eq!(again.params, question.params);
    server.reply(&again, json!({"decision": "accept"}));
    server.reply(&question, json!({"decision": "cancel"}));
    assert_eq!(server.wait_turn(&thread).status(), "completed");
    assert!(home.work().join("made.txt").exists());
    server.ignore_rest();
}

#[test]
fn what_nobody_could_be_asked_is_denied() {
    let gate = Gate::new();
    let model = MockModel::start([
        Reply::reasoning("hm").until(&gate).and_all_of(Reply::shell("touch made.txt")),
        Reply::text("done"),
    ]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread_with(&home, json!({"approvalPolicy": "untrusted"}));
    server.start_turn(&thread, "go");
    server.expect("turn/started");
    model.wait_for_request(1);
    server.ok("thread/unsubscribe", json!({"threadId": thread}));
    gate.open();
    server.expect_where("thread/status/changed", |params| params["status"]["type"] == "idle");
    assert!(!home.work().join("made.txt").exists());
    assert!(server.seen("item/commandExecution/requestApproval").is_empty());
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    let items = read["thread"]["turns"][0]["items"].as_array().unwrap();
    let command = items.iter().find(|item| item["type"] == "commandExecution").unwrap();
    assert_eq!(command["status"], "declined");
    server.ignore_rest();
}

#[test]
fn the_settings_of_the_last_turn_go_on_unless_the_request_names_others() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut first = AppServer::start(&home);
    let params = json!({"approvalPolicy": "untrusted", "sandbox": "read-only"});
    let thread = first.start_thread_with(&home, params);
    let input = json!([{"type": "text", "text": "hi"}]);
    first.ok("turn/start", json!({"threadId": thread, "input": input, "effort": "low", "model": "other"}));
    first.wait_turn(&thread);
    drop(first);
    let settings = |params: Value| {
        let mut server = AppServer::start(&home);
        let resumed = server.ok("thread/resume", params);
        server.ignore_rest();
        json!([
            resumed["approvalPolicy"],
            resumed["sandbox"]["type"],
            resumed["reasoningEffort"],
            resumed["model"],
            resumed["modelProvider"]
        ])
    };
    assert_eq!(
        settings(json!({"threadId": thread})),
        json!(["untrusted", "readOnly", "low", "other", "mock"])
    );
    assert_eq!(
        settings(
            json!({"threadId": thread, "approvalPolicy": "never", "sandbox": "workspace-write", "model": "m"})
        ),
        json!(["never", "workspaceWrite", null, "m", "mock"])
    );
}

#[test]
fn a_page_of_turns_comes_newest_first() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two"), Reply::text("three")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    for question in ["first", "second", "third"] {
        server.run_turn(&thread, question);
    }
    let page = |server: &mut AppServer, wanted: Value| {
        let params = json!({"threadId": thread, "excludeTurns": true, "initialTurnsPage": wanted});
        server.ok("thread/resume", params)["initialTurnsPage"].clone()
    };
    let newest = page(&mut server, json!({"limit": 2}));
    let last_texts = |page: &Value| -> Vec<Value> {
        let turns = page["data"].as_array().unwrap().iter();
        turns.map(|turn| turn["items"].as_array().unwrap().last().unwrap()["text"].clone()).collect()
    };
    assert_eq!(last_texts(&newest), ["three", "two"]);
    assert_eq!(newest["data"][0]["itemsView"], "summary");
    assert!(newest["nextCursor"].is_string());
    let oldest = page(&mut server, json!({"sortDirection": "asc", "itemsView": "full"}));
    assert_eq!(last_texts(&oldest), ["one", "two", "three"]);
    assert_eq!(oldest["nextCursor"], Value::Null);
    server.ignore_rest();
}

#[test]
fn a_history_of_the_client_becomes_a_thread_of_its_own() {
    let model = MockModel::start([Reply::text("new")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let message = |role: &str, kind: &str, text: &str| json!({"type": "message", "role": role, "content": [{"type": kind, "text": text}]});
    let history =
        [message("user", "input_text", "old question"), message("assistant", "output_text", "old answer")];
    let named = "01a204c2-4887-7bf2-88cb-1e909b637fb4";
    let params =
        json!({"threadId": named, "history": history, "cwd": home.work(), "approvalPolicy": "never"});
    let thread = server.ok("thread/resume", params)["thread"].clone();
    let id = thread["id"].as_str().unwrap();
    assert_ne!(id, named);
    assert_eq!((&thread["preview"], &thread["status"]["type"]), (&json!("old question"), &json!("idle")));
    server.run_turn(id, "go on");
    let asked = model.wait_for_request(1)["input"].to_string();
    for text in ["old question", "old answer", "go on"] {
        assert!(asked.contains(text), "{asked}");
    }
    assert_eq!(
        refusal(&mut server, "thread/resume", json!({"threadId": id, "history": []})),
        format!("cannot resume thread {id} with history while it is already running (-32600)")
    );
    let params = json!({"threadId": named, "history": [message("user", "input_text", "lost")],
        "modelProvider": "nowhere"});
    let refused = refusal(&mut server, "thread/resume", params);
    assert!(refused.contains("nowhere"), "{refused}");
    assert_eq!(
        server.ok("thread/list", json!({}))["data"].as_array().map(Vec::len),
        Some(1),
        "a refused history leaves nothing"
    );
    server.ignore_rest();
}

#[test]
fn a_thread_is_resumed_by_the_path_of_its_file() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut first = AppServer::start(&home);
    let thread = first.start_thread(&home);
    first.run_turn(&thread, "hi");
    drop(first);
    let mut server = AppServer::start_experimental(&home);
    let path = home.rollout(&thread);
    let nobody = "01a204c2-4887-7bf2-88cb-1e909b637fb4";
    let resumed = server.ok("thread/resume", json!({"threadId": nobody, "path": path}));
    assert_eq!(resumed["thread"]["id"], thread.as_str());
    assert_eq!(resumed["thread"]["turns"][0]["items"].as_array().unwrap().len(), 2);
    let stale = refusal(&mut server, "thread/resume", json!({"threadId": thread, "path": "elsewhere.jsonl"}));
    assert!(stale.starts_with(&format!("cannot resume running thread {thread} with stale path")), "{stale}");
    server.ignore_rest();
}

#[test]
fn a_name_is_shown_before_anything_else_is_stored() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.ok("thread/name/set", json!({"threadId": thread, "name": "early"}));
    assert_eq!(server.ok("thread/read", json!({"threadId": thread}))["thread"]["name"], "early");
    server.ignore_rest();
}

#[test]
fn a_page_is_full_of_what_is_wanted() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let mut threads: Vec<String> = (0..4)
        .map(|_| {
            let thread = server.start_thread(&home);
            server.run_turn(&thread, "hi");
            thread
        })
        .collect();
    threads.reverse();
    let params = |cursor: &Value| json!({"limit": 2, "cursor": cursor, "excludedThreadIds": [threads[0]]});
    let ids = |page: &Value| -> Vec<String> {
        let data = page["data"].as_array().unwrap().iter();
        data.map(|thread| thread["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = server.ok("thread/list", params(&Value::Null));
    assert_eq!(ids(&first), threads[1..3]);
    let second = server.ok("thread/list", params(&first["nextCursor"]));
    assert_eq!((ids(&second), &second["nextCursor"]), (vec![threads[3].clone()], &Value::Null));
    let nobody = server.ok("thread/list", json!({"originators": ["nobody"]}));
    assert_eq!((&nobody["data"], &nobody["nextCursor"]), (&json!([]), &Value::Null));
    server.ignore_rest();
}

/// Some clients read no longer lines.
#[test]
fn a_page_ends_before_its_line_is_too_long() {
    const COUNT: usize = 60;
    let home = Home::with_rehearsal("");
    let folder = home.codex_home().join("sessions/2026/01/01");
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..COUNT {
        let (time, id) = ("2026-01-01T00:00:00.000Z", format!("01a204c2-4887-7bf2-88cb-1e909b63{number:04}"));
        let line = |kind: &str, payload: Value| {
            json!({"timestamp": time, "type": kind, "payload": payload}).to_string() + "\n"
        };
        let meta = line(
            "session_meta",
            json!({"id": id, "timestamp": time, "cwd": "/", "originator": "o", "cli_version": "1",
                "source": "vscode"}),
        );
        let message = json!({"type": "user_message", "message": "\u{1}".repeat(1000)});
        let path = folder.join(format!("rollout-2026-01-01T00-00-00-{id}.jsonl"));
        std::fs::write(path, meta + &line("event_msg", message)).unwrap();
    }
    let mut server = AppServer::start(&home);
    let (mut listed, mut cursor) = (0, Value::Null);
    loop {
        let page = server.ok("thread/list", json!({"limit": 100, "cursor": cursor}));
        assert!(page.to_string().len() < 64 * 1024);
        listed += page["data"].as_array().unwrap().len();
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(listed, COUNT);
}

#[test]
fn an_ephemeral_thread_leaves_nothing_behind() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread_with(&home, json!({"ephemeral": true}));
    server.run_turn(&thread, "hi");
    let read = server.ok("thread/read", json!({"threadId": thread}))["thread"].clone();
    assert_eq!((&read["ephemeral"], &read["path"]), (&json!(true), &Value::Null));
    assert_eq!(server.ok("thread/list", json!({}))["data"], json!([]));
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([thread]));
    let params = json!({"threadId": thread, "includeTurns": true});
    let refused = refusal(&mut server, "thread/read", params);
    assert!(refused.starts_with("ephemeral threads do not support `includeTurns`"), "{refused}");
    assert_eq!(
        refusal(&mut server, "thread/name/set", json!({"threadId": thread, "name": "n"})),
        format!("ephemeral thread does not support metadata updates: {thread} (-32600)")
    );
    assert_eq!(
        refusal(&mut server, "thread/resume", json!({"threadId": thread})),
        format!("no rollout found for thread id {thread} (-32600)")
    );
    assert!(!home.codex_home().join("sessions").exists());
    server.ignore_rest();
}

#[test]
fn a_thread_starts_with_the_settings_it_is_given() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let more = home.root().join("more");
    let started = server.ok(
        "thread/start",
        json!({"cwd": home.work(), "permissions": ":workspace", "runtimeWorkspaceRoots": [home.work(), more],
               "config": {"model_reasoning_effort": "high"}, "serviceTier": "flex"}),
    );
    assert_eq!(started["sandbox"]["writableRoots"], json!([more]));
    assert_eq!(started["runtimeWorkspaceRoots"], json!([home.work(), more]));
    assert_eq!(started["activePermissionProfile"], json!({"id": ":workspace", "extends": null}));
    assert_eq!((&started["reasoningEffort"], &started["serviceTier"]), (&json!("high"), &json!("flex")));
    for (params, expected) in [
        (
            json!({"permissions": ":workspace", "sandbox": "read-only"}),
            "`permissions` cannot be combined with",
        ),
        (json!({"modelProvider": "nowhere"}), "failed to load configuration:"),
        (json!({"runtimeWorkspaceRoots": ["relative"]}), "`runtimeWorkspaceRoots`: the path `relative`"),
    ] {
        let refused = refusal(&mut server, "thread/start", params);
        assert!(refused.starts_with(expected) && refused.ends_with("(-32600)"), "{refused}");
    }
    server.ignore_rest();
}

#[test]
fn settings_that_a_turn_changes_are_told_before_its_answer() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let more = json!({"sandbox": "workspace-write", "runtimeWorkspaceRoots": ["/opt/extra"]});
    let thread = server.start_thread_with(&home, more);
    let mode = json!({"mode": "default", "settings": {"model": "of-the-mode", "reasoning_effort": "low",
        "developer_instructions": null}});
    let params = json!({"threadId": thread, "input": [], "model": "plain", "collaborationMode": mode,
        "permissions": ":workspace"});
    let id = server.ok("turn/start", params)["turn"]["id"].clone();
    let told = server.expect("thread/settings/updated");
    let settings = &told["threadSettings"];
    assert_eq!(told["threadId"], thread.as_str());
    assert_eq!((&settings["model"], &settings["effort"]), (&json!("of-the-mode"), &json!("low")));
    assert_eq!(settings["collaborationMode"]["settings"]["model"], "of-the-mode");
    assert_eq!(settings["sandboxPolicy"]["writableRoots"], json!(["/opt/extra"]));
    let answered_at = server.position(|message| message["result"]["turn"]["id"] == id);
    assert!(server.position(|message| message["method"] == "thread/settings/updated") < answered_at);
    server.wait_turn(&thread);
    assert_eq!(model.wait_for_request(1)["model"], "of-the-mode");

    server.run_turn(&thread, "again");
    assert_eq!(server.seen("thread/settings/updated").len(), 1, "only what changes is told");
}

#[test]
fn a_failed_turn_shows_in_the_status_of_its_thread() {
    let model = MockModel::start([Reply::status(500, json!({})), Reply::text("better")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "hi").status(), "failed");
    let status = |server: &mut AppServer| server.ok("thread/list", json!({}))["data"][0]["status"].clone();
    assert_eq!(status(&mut server), json!({"type": "systemError"}));
    server.run_turn(&thread, "again");
    assert_eq!(status(&mut server), json!({"type": "idle"}));
    server.ignore_rest();
}

#[test]
fn steering_needs_a_turn_and_something_to_say() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("one").until(&gate), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let steer = |server: &mut AppServer, turn: &str, input: Value| {
        refusal(server, "turn/steer", json!({"threadId": thread, "expectedTurnId": turn, "input": input}))
    };
    let words = json!([{"type": "text", "text": "left"}]);
    assert_eq!(steer(&mut server, "t", words.clone()), "no active turn to steer (-32600)");
    let turn = server.start_turn(&thread, "go");
    assert_eq!(
        steer(&mut server, "t", words.clone()),
        format!("expected active turn id `t` but found `{turn}` (-32600)")
    );
    assert_eq!(steer(&mut server, "", words), "expectedTurnId must not be empty (-32600)");
    assert_eq!(steer(&mut server, &turn, json!([])), "input must not be empty (-32600)");
    let long = json!([{"type": "text", "text": "x".repeat(1024 * 1024 + 1)}]);
    let params = json!({"threadId": thread, "expectedTurnId": turn, "input": long});
    let refused = server.refused("turn/steer", params);
    assert_eq!(
        (refused.code, &refused.error["data"]),
        (
            -32602,
            &json!({"input_error_code": "input_too_large", "max_chars": 1048576, "actual_chars": 1048577})
        )
    );
    gate.open();
    server.wait_turn(&thread);
    server.ignore_rest();
}
