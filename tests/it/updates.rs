//! What clients change of a thread between turns: its metadata, what its model knows, its settings.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const NOBODY: &str = "0198aaaa-0000-7000-8000-000000000000";

fn refusal(server: &mut AppServer, method: &str, params: Value) -> String {
    let refusal = server.refused(method, params);
    format!("{} ({})", refusal.message, refusal.code)
}

fn shown(request: &Value) -> Vec<String> {
    let items = request["input"].as_array().unwrap().iter();
    let texts = items.filter_map(|item| item["content"][0]["text"].as_str());
    texts.filter(|text| !text.starts_with('<')).map(str::to_owned).collect()
}

fn message(role: &str, text: &str) -> Value {
    let kind = if role == "assistant" { "output_text" } else { "input_text" };
    json!({"type": "message", "role": role, "content": [{"type": kind, "text": text}]})
}

#[test]
fn the_repository_of_a_thread_is_what_the_client_says() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let method = "thread/metadata/update";
    let git = |thread: &Value| thread["gitInfo"].clone();
    // Also before its first turn.
    let new = server.ok(method, json!({"threadId": thread, "gitInfo": {"branch": "early"}}));
    assert_eq!(new["thread"]["gitInfo"]["branch"], "early");
    server.run_turn(&thread, "hi");
    let all = json!({"sha": "abc", "branch": "b", "originUrl": "u"});
    let told = server.ok(method, json!({"threadId": thread, "gitInfo": all}))["thread"].clone();
    assert_eq!((git(&told), &told["status"]["type"], &told["turns"]), (all, &json!("idle"), &json!([])));
    let cleared = server.ok(method, json!({"threadId": thread, "gitInfo": {"branch": null}}));
    assert_eq!(git(&cleared["thread"]), json!({"sha": "abc", "branch": null, "originUrl": "u"}));
    server.ok("thread/archive", json!({"threadId": thread}));
    let archived = server.ok(method, json!({"threadId": thread, "gitInfo": {"branch": "away"}}));
    assert_eq!(archived["thread"]["status"]["type"], "notLoaded");
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start_experimental(&home);
    let listed = server.ok("thread/list", json!({"archived": true}))["data"][0].clone();
    assert_eq!(git(&listed), json!({"sha": "abc", "branch": "away", "originUrl": "u"}));
    server.ignore_rest();
}

#[test]
fn metadata_that_says_nothing_is_refused() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "hi");
    let ephemeral = server.start_thread_with(&home, json!({"ephemeral": true}));
    let nothing = "thread metadata update must include at least one field (-32600)";
    for (id, more, expected) in [
        (thread.as_str(), json!({}), nothing.to_owned()),
        (&thread, json!({"gitInfo": null}), nothing.to_owned()),
        (&thread, json!({"gitInfo": {}}), "gitInfo must include at least one field (-32600)".to_owned()),
        (
            &thread,
            json!({"gitInfo": {"branch": " "}}),
            "gitInfo.branch must not be empty (-32600)".to_owned(),
        ),
        (&thread, json!({"gitInfo": {"sha": ""}}), "gitInfo.sha must not be empty (-32600)".to_owned()),
        (
            &thread,
            json!({"gitInfo": {"originUrl": ""}}),
            "gitInfo.originUrl must not be empty (-32600)".to_owned(),
        ),
        (&thread, json!({"projectId": "p"}), "project not found: p (-32600)".to_owned()),
        (
            &thread,
            json!({"daybreakEnabled": true}),
            "`daybreakEnabled` is not supported by this server; leave the field out (-32600)".to_owned(),
        ),
        (
            &ephemeral,
            json!({"gitInfo": {"branch": "b"}}),
            format!("ephemeral thread does not support metadata updates: {ephemeral} (-32600)"),
        ),
        (
            NOBODY,
            json!({"gitInfo": {"branch": "b"}}),
            format!("no rollout found for thread id {NOBODY} (-32600)"),
        ),
    ] {
        let mut params = json!({"threadId": id});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(refusal(&mut server, "thread/metadata/update", params), expected);
    }
    server.ignore_rest();
}

#[test]
fn the_model_sees_what_was_injected_and_the_client_does_not() {
    let model = MockModel::start(["one", "two", "three"].map(Reply::text));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let method = "thread/inject_items";
    let thread = server.start_thread(&home);
    assert_eq!(
        server.ok(method, json!({"threadId": thread, "items": [message("user", "early")]})),
        json!({})
    );
    server.run_turn(&thread, "q1");
    assert_eq!(shown(&model.wait_for_request(1)), ["early", "q1"]);
    let environments =
        model.wait_for_request(1)["input"].to_string().matches("<environment_context>").count();
    assert_eq!(environments, 1);
    let items = json!([message("assistant", "I said"), {"type": "hologram", "x": 1}]);
    server.ok(method, json!({"threadId": thread, "items": items}));
    assert!(server.seen("turn/started").len() == 1, "no turn is started");
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["turns"].as_array().unwrap().len(), 1);
    server.run_turn(&thread, "q2");
    assert_eq!(shown(&model.wait_for_request(2)), ["early", "q1", "one", "I said", "q2"]);
    server.ignore_rest();
}

#[test]
fn what_is_injected_and_cannot_be_stored_is_said() {
    let model = MockModel::start(["one", "two"].map(Reply::text));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "hi");
    let path = home.rollout(&thread);
    let away = path.with_extension("away");
    std::fs::rename(&path, &away).unwrap();
    let params = json!({"threadId": thread, "items": [message("user", "by the way")]});
    let refusal = server.refused("thread/inject_items", params);
    assert_eq!(refusal.code, -32603);
    let words = format!("what the model was given could not be stored: cannot open {}", path.display());
    assert!(refusal.message.starts_with(&words), "{refusal:?}");
    std::fs::rename(&away, &path).unwrap();
    server.run_turn(&thread, "go on");
    assert!(std::fs::read_to_string(&path).unwrap().contains("by the way"));
    server.ignore_rest();
}

#[test]
fn what_is_injected_into_a_running_turn_is_answered_in_it() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("Hel").until(&gate), Reply::text("seen")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "q1");
    server.expect("item/agentMessage/delta");
    server.ok("thread/inject_items", json!({"threadId": thread, "items": [message("user", "by the way")]}));
    gate.open();
    assert_eq!(server.wait_turn(&thread).status(), "completed");
    assert_eq!(shown(&model.wait_for_request(2)), ["q1", "Hel", "by the way"]);
    server.ignore_rest();
}

#[test]
fn what_is_no_item_is_refused() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let method = "thread/inject_items";
    for (items, expected) in [
        (json!([]), "items must not be empty"),
        (json!([{"a": 1}]), "items[0] is not a valid response item: missing field `type`"),
        (
            json!([message("user", "x"), {"type": "message"}]),
            "items[1] is not a valid response item: missing field `role`",
        ),
        (json!([5]), "items[0] is not a valid response item: invalid type: integer `5`"),
    ] {
        let text = refusal(&mut server, method, json!({"threadId": thread, "items": items}));
        assert!(text.starts_with(expected), "{text}");
    }
    assert_eq!(
        refusal(&mut server, method, json!({"threadId": NOBODY, "items": [message("user", "x")]})),
        format!("thread not found: {NOBODY} (-32600)")
    );
    server.ignore_rest();
}

#[test]
fn settings_are_those_of_the_next_turn_also_after_a_restart() {
    let model = MockModel::start(["one", "two", "three"].map(Reply::text));
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "q1");
    let method = "thread/settings/update";
    assert_eq!(server.ok(method, json!({"threadId": thread})), json!({}));
    assert!(server.seen("thread/settings/updated").is_empty());
    server.ok(
        method,
        json!({"threadId": thread, "model": "other", "effort": "low", "approvalPolicy": "untrusted",
        "sandboxPolicy": {"type": "readOnly"}, "cwd": "sub"}),
    );
    let told = server.expect("thread/settings/updated");
    let settings = &told["threadSettings"];
    assert_eq!(
        (&told["threadId"], &settings["model"], &settings["effort"]),
        (&json!(thread), &json!("other"), &json!("low"))
    );
    assert_eq!(
        (&settings["approvalPolicy"], &settings["sandboxPolicy"]["type"]),
        (&json!("untrusted"), &json!("readOnly"))
    );
    assert_eq!(settings["cwd"], json!(home.work().join("sub")));
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start_experimental(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!((&resumed["model"], &resumed["reasoningEffort"]), (&json!("other"), &json!("low")));
    assert_eq!(
        (&resumed["approvalPolicy"], &resumed["sandbox"]["type"]),
        (&json!("untrusted"), &json!("readOnly"))
    );
    server.run_turn(&thread, "q2");
    let request = model.wait_for_request(2);
    assert_eq!(request["model"], "other");
    // The model is told of the change once.
    assert_eq!(request["input"].to_string().matches("read-only").count(), 1, "{request}");
    server.ignore_rest();
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let method = "thread/settings/update";
    let both =
        json!({"threadId": thread, "permissions": ":workspace", "sandboxPolicy": {"type": "readOnly"}});
    assert_eq!(
        refusal(&mut server, method, both),
        "`permissions` cannot be combined with `sandboxPolicy` (-32600)"
    );
    let text = refusal(&mut server, method, json!({"threadId": thread, "environments": []}));
    assert!(text.starts_with("`environments` is not supported by this server"), "{text}");
    assert_eq!(
        refusal(&mut server, method, json!({"threadId": NOBODY, "model": "m"})),
        format!("thread not found: {NOBODY} (-32600)")
    );
    server.ignore_rest();
}
