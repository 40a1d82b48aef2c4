//! Threads that begin with the history of another one.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn refusal(server: &mut AppServer, params: Value) -> String {
    let refusal = server.refused("thread/fork", params);
    format!("{} ({})", refusal.message, refusal.code)
}

/// What user and agent said in the turns of a thread.
fn said(thread: &Value) -> Vec<String> {
    let turns = thread["turns"].as_array().unwrap().iter();
    turns
        .flat_map(|turn| turn["items"].as_array().unwrap())
        .map(|item| item["text"].as_str().or(item["content"][0]["text"].as_str()).unwrap_or("?").to_owned())
        .collect()
}

/// The messages that the model was shown, without those that begin with a tag.
fn shown(request: &Value) -> Vec<String> {
    let items = request["input"].as_array().unwrap().iter();
    let texts = items.filter_map(|item| item["content"][0]["text"].as_str());
    texts.filter(|text| !text.starts_with('<')).map(str::to_owned).collect()
}

struct Stage {
    model: MockModel,
    home: Home,
    server: AppServer,
    thread: String,
    turns: Vec<String>,
}

/// A thread of three turns: `q1`, `q2` and `q3`, answered with `a1`, `a2` and `a3`.
fn stage() -> Stage {
    let model = MockModel::start(["a1", "a2", "a3", "a4"].map(Reply::text));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let turns = ["q1", "q2", "q3"].map(|question| {
        let id = server.start_turn(&thread, question);
        server.wait_turn(&thread);
        id
    });
    Stage { model, home, server, thread, turns: turns.to_vec() }
}

#[test]
fn a_fork_goes_on_by_itself() {
    let Stage { model, home, mut server, thread, .. } = stage();
    server.ok("thread/name/set", json!({"threadId": thread, "name": "mine"}));
    let result = server.ok("thread/fork", json!({"threadId": thread}));
    let fork = result["thread"]["id"].as_str().unwrap().to_owned();
    assert_ne!(fork, thread);
    let told = &result["thread"];
    assert_eq!((&told["sessionId"], &told["forkedFromId"]), (&json!(fork), &json!(thread)));
    assert_eq!(
        (&told["preview"], &told["name"], &told["status"]["type"]),
        (&json!("q1"), &json!("mine"), &json!("idle"))
    );
    assert_eq!(said(told), ["q1", "a1", "q2", "a2", "q3", "a3"]);
    let started = server.expect_where("thread/started", |told| told["thread"]["id"] == fork);
    assert_eq!(
        (&started["thread"]["turns"], &started["thread"]["forkedFromId"]),
        (&json!([]), &json!(thread))
    );
    server.expect_where("thread/tokenUsage/updated", |told| told["threadId"] == fork);
    let own = std::fs::metadata(home.rollout(&fork)).unwrap().len();
    assert!(own < std::fs::metadata(home.rollout(&thread)).unwrap().len() + 1000, "nothing is copied");

    server.run_turn(&fork, "q4");
    assert_eq!(shown(&model.wait_for_request(4)), ["q1", "a1", "q2", "a2", "q3", "a3", "q4"]);
    let read = |server: &mut AppServer, id: &str| {
        said(&server.ok("thread/read", json!({"threadId": id, "includeTurns": true}))["thread"])
    };
    assert_eq!(read(&mut server, &thread).len(), 6);
    assert_eq!(read(&mut server, &fork).last().unwrap(), "a4");
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": fork}));
    assert_eq!(said(&resumed["thread"]).len(), 8);
    assert_eq!(
        (&resumed["thread"]["forkedFromId"], &resumed["thread"]["preview"]),
        (&json!(thread), &json!("q1"))
    );
    let listed = server.ok("thread/list", json!({}));
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    server.ignore_rest();
}

#[test]
fn a_fork_begins_with_as_much_as_is_wanted() {
    let Stage { model, mut server, thread, turns, home: _home } = stage();
    let fork = |server: &mut AppServer, more: Value| {
        let mut params = json!({"threadId": thread});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.ok("thread/fork", params)["thread"].clone()
    };
    let first = fork(&mut server, json!({"lastTurnId": turns[0]}));
    assert_eq!(said(&first), ["q1", "a1"]);
    assert_eq!(said(&fork(&mut server, json!({"beforeTurnId": turns[2]}))), ["q1", "a1", "q2", "a2"]);
    let none = fork(&mut server, json!({"beforeTurnId": turns[0]}));
    assert_eq!((said(&none).len(), &none["preview"]), (0, &json!("")));
    let without = fork(&mut server, json!({"excludeTurns": true}));
    assert_eq!(said(&without).len(), 0);
    // Of a fork, in the part that it has from its source.
    let second = server.ok("thread/fork", json!({"threadId": without["id"], "lastTurnId": turns[1]}));
    assert_eq!(said(&second["thread"]), ["q1", "a1", "q2", "a2"]);
    assert_eq!(second["thread"]["forkedFromId"], without["id"]);
    server.run_turn(first["id"].as_str().unwrap(), "other");
    assert_eq!(shown(&model.wait_for_request(4)), ["q1", "a1", "other"]);
    server.ignore_rest();
}

#[test]
fn a_fork_of_a_running_thread_sees_the_turn_interrupted() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("Hel").until(&gate).and_text(&["lo"]), Reply::text("b")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let turn = server.start_turn(&thread, "hi");
    server.expect("item/agentMessage/delta");
    let fork = server.ok("thread/fork", json!({"threadId": thread}))["thread"].clone();
    assert_eq!((&fork["turns"][0]["id"], &fork["turns"][0]["status"]), (&json!(turn), &json!("interrupted")));
    assert_eq!(fork["status"]["type"], "idle");
    assert_eq!(
        refusal(&mut server, json!({"threadId": thread, "lastTurnId": turn})),
        format!("lastTurnId '{turn}' identifies an in-progress turn (-32600)")
    );
    let before = server.ok("thread/fork", json!({"threadId": thread, "beforeTurnId": turn}));
    assert_eq!(before["thread"]["turns"], json!([]));
    gate.open();
    assert_eq!(server.wait_turn(&thread).status(), "completed");
    server.run_turn(fork["id"].as_str().unwrap(), "go on");
    assert_eq!(shown(&model.wait_for_request(2)), ["hi", "go on"]);
    server.ignore_rest();
}

#[test]
fn nothing_of_an_ephemeral_fork_is_stored() {
    let Stage { model, home, mut server, thread, .. } = stage();
    let result =
        server.ok("thread/fork", json!({"threadId": thread, "ephemeral": true, "excludeTurns": true}));
    let fork = result["thread"]["id"].as_str().unwrap().to_owned();
    let told = &result["thread"];
    assert_eq!(
        (&told["ephemeral"], &told["path"], &told["preview"]),
        (&json!(true), &Value::Null, &json!("q1"))
    );
    server.run_turn(&fork, "q4");
    assert_eq!(shown(&model.wait_for_request(4)).len(), 7);
    let files = codex_tests::home::files_below(&home.codex_home());
    assert!(!files.iter().any(|file| file.to_string_lossy().contains(&fork)), "{files:?}");
    assert_eq!(
        refusal(&mut server, json!({"threadId": fork})),
        format!("no rollout found for thread id {fork} (-32600)")
    );
    server.ignore_rest();
}

#[test]
fn settings_of_the_request_count_before_those_of_the_source() {
    let Stage { mut server, thread, home, .. } = stage();
    let result = server.ok(
        "thread/fork",
        json!({"threadId": thread, "model": "other", "cwd": "sub",
        "approvalPolicy": "untrusted", "sandbox": "read-only", "config": {"model_reasoning_effort": "low"}}),
    );
    assert_eq!((&result["model"], &result["reasoningEffort"]), (&json!("other"), &json!("low")));
    assert_eq!(
        (&result["approvalPolicy"], &result["sandbox"]["type"]),
        (&json!("untrusted"), &json!("readOnly"))
    );
    assert_eq!(result["cwd"], json!(home.work().join("sub")));
    let result = server.ok("thread/fork", json!({"threadId": thread}));
    assert_eq!(
        (&result["approvalPolicy"], &result["sandbox"]["type"]),
        (&json!("never"), &json!("workspaceWrite"))
    );
    server.ignore_rest();
}

#[test]
fn what_cannot_be_forked_is_refused() {
    let Stage { mut server, thread, turns, home, .. } = stage();
    let nobody = "0198aaaa-0000-7000-8000-000000000000";
    let new = server.start_thread(&home);
    for id in [nobody, new.as_str()] {
        assert_eq!(
            refusal(&mut server, json!({"threadId": id})),
            format!("no rollout found for thread id {id} (-32600)")
        );
    }
    let text = refusal(&mut server, json!({"threadId": "x"}));
    assert!(text.starts_with("invalid session id: "), "{text}");
    for field in ["lastTurnId", "beforeTurnId"] {
        assert_eq!(
            refusal(&mut server, json!({"threadId": thread, field: nobody})),
            format!("turn not found: {nobody} (-32600)")
        );
    }
    assert_eq!(
        refusal(&mut server, json!({"threadId": thread, "lastTurnId": turns[0], "beforeTurnId": turns[1]})),
        "`beforeTurnId` cannot be combined with `lastTurnId` (-32600)"
    );
    assert_eq!(
        refusal(&mut server, json!({"threadId": thread, "path": "/nowhere"})),
        "failed to resolve rollout path `/nowhere`: file does not exist (-32600)"
    );
    let text = refusal(&mut server, json!({"threadId": thread, "attachToSource": true}));
    assert!(text.starts_with("`attachToSource` is not supported by this server"), "{text}");
    let by_path = server.ok("thread/fork", json!({"threadId": "x", "path": home.rollout(&thread)}));
    assert_eq!(by_path["thread"]["forkedFromId"], json!(thread));
    server.ignore_rest();
}

#[test]
fn a_thread_of_2025_is_copied() {
    let model = MockModel::start([Reply::text("more")]);
    let home = Home::with_model(&model, "");
    let id = "0198aaaa-0000-7000-8000-00000000000a";
    let line = |kind: &str, payload: Value| {
        json!({"timestamp": "2025-10-22T20:51:57.569Z", "type": kind, "payload": payload}).to_string() + "\n"
    };
    let text = line(
        "session_meta",
        json!({"id": id, "timestamp": "2025-10-22T20:51:57.569Z", "cwd": home.work(),
            "originator": "codex_cli_rs", "cli_version": "0.53.0", "instructions": null, "source": "cli", "model_provider": "mock"}),
    ) + &line("event_msg", json!({"type": "user_message", "message": "old", "kind": "plain"}))
        + &line(
            "response_item",
            json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "old"}]}),
        )
        + &line("event_msg", json!({"type": "agent_message", "message": "answer"}))
        + &line(
            "response_item",
            json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "answer"}]}),
        );
    let folder = home.codex_home().join("sessions/2025/10/22");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("rollout-2025-10-22T20-51-57-{id}.jsonl")), text).unwrap();
    let mut server = AppServer::start(&home);
    let fork = server.ok("thread/fork", json!({"threadId": id}))["thread"].clone();
    assert_eq!(
        (said(&fork), &fork["forkedFromId"]),
        (vec!["old".to_owned(), "answer".to_owned()], &json!(id))
    );
    let fork = fork["id"].as_str().unwrap().to_owned();
    server.run_turn(&fork, "new");
    assert_eq!(shown(&model.wait_for_request(1)), ["old", "answer", "new"]);
    server.ok("thread/delete", json!({"threadId": id}));
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": fork}));
    assert_eq!(said(&resumed["thread"]), ["old", "answer", "new", "more"]);
    server.ignore_rest();
}

#[test]
fn what_lies_elsewhere_is_copied_and_left_alone() {
    let Stage { home, mut server, thread, turns, .. } = stage();
    server.ignore_rest();
    drop(server);
    let stored = home.rollout(&thread);
    let elsewhere = home.root().join("elsewhere.jsonl");
    std::fs::rename(&stored, &elsewhere).unwrap();
    let mut server = AppServer::start_experimental(&home);
    let by_path = json!({"threadId": "x", "path": elsewhere});
    let fork = server.ok("thread/fork", by_path.clone())["thread"].clone();
    assert_eq!(said(&fork).len(), 6);
    server.ok("thread/resume", by_path);
    let refused = server.refused("thread/revert", json!({"threadId": thread, "beforeTurnId": turns[1]}));
    assert!(refused.message.contains("only supports threads below the server's home"), "{}", refused.message);
    for method in ["thread/delete", "thread/archive"] {
        let refused = server.refused(method, json!({"threadId": thread}));
        assert_eq!(refused.message, format!("no rollout found for thread id {thread}"));
    }
    server.ignore_rest();
    drop(server);
    std::fs::remove_file(elsewhere).unwrap();
    let mut server = AppServer::start(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": fork["id"]}));
    assert_eq!(said(&resumed["thread"]), ["q1", "a1", "q2", "a2", "q3", "a3"]);
    server.ignore_rest();
}
