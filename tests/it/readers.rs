//! Tools that read: what the model is given, what a client sees of it, and what the sandbox keeps from them.

use std::fs;
use std::os::unix::fs::symlink;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::turn::Turn;
use serde_json::{Value, json};

use crate::support;

const TOOLS: &str = "- config tools = {read_file = true, list_dir = true, grep_files = true}";

/// What came of the calls of a turn, in their order.
struct Called {
    turn: Turn,
    outputs: Vec<Value>,
    offered: Vec<Value>,
}

impl Called {
    fn text(&self, index: usize) -> &str {
        self.outputs[index].as_str().unwrap_or_else(|| panic!("no text: {}", self.outputs[index]))
    }
}

fn called(home: &Home, model: &MockModel, sandbox: &str, calls: &[(&str, Value)]) -> Called {
    let mut reply = Reply::default();
    for (name, arguments) in calls {
        reply = reply.and_call(name, arguments);
    }
    model.add([reply, Reply::text("done")]);
    let mut server = AppServer::start(home);
    let thread = server.start_thread_with(home, json!({"approvalPolicy": "never", "sandbox": sandbox}));
    let turn = server.run_turn(&thread, "go");
    assert_eq!(turn.status(), "completed");
    let asked = model.wait_for_request(2);
    let items = asked["input"].as_array().unwrap().iter();
    let outputs =
        items.filter(|item| item["type"] == "function_call_output").map(|item| item["output"].clone());
    Called { turn, outputs: outputs.collect(), offered: asked["tools"].as_array().unwrap().clone() }
}

/// A home with a model, and what else is in it.
fn stage(fixture: &str) -> (Home, MockModel) {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, &format!("{TOOLS}\n{fixture}"));
    (home, model)
}

#[test]
fn an_image_goes_to_the_model_and_the_client_is_told() {
    let (home, model) = stage("- file note.txt: hello");
    support::write_png(&home.work().join("a.png"));
    let calls = ["a.png", "note.txt", "none.png", ".", "/dev/zero"];
    let calls = calls.map(|path| ("view_image", json!({"path": path})));
    let called = called(&home, &model, "workspace-write", &calls);
    assert_eq!(called.outputs[0], json!([{"type": "input_image", "image_url": support::png_url()}]));
    for (index, part) in [(1, "is not a PNG"), (2, "nothing at"), (3, "is a directory"), (4, "a device")] {
        assert!(called.text(index).contains(part), "{}", called.text(index));
    }
    let item = called.turn.item("imageView");
    assert_eq!(item["path"], json!(home.work().join("a.png")));
    let started =
        called.turn.all("item/started").into_iter().filter(|params| params["item"]["type"] == "imageView");
    assert_eq!(started.map(|params| &params["item"]["id"]).collect::<Vec<_>>(), [&item["id"]]);
    assert!(called.offered.iter().any(|tool| tool["name"] == "view_image"));
}

#[test]
fn files_are_read_listed_and_searched() {
    let (home, model) = stage("- file src/a.rs: fn one() {}\\nfn two() {}\n- file b.txt: two");
    let path = |name: &str| home.work().join(name).display().to_string();
    let called = called(
        &home,
        &model,
        "read-only",
        &[
            ("read_file", json!({"file_path": path("src/a.rs"), "offset": 2})),
            ("list_dir", json!({"dir_path": path(""), "depth": 2})),
            ("grep_files", json!({"pattern": "two", "include": "*.rs"})),
            ("read_file", json!({"file_path": path("src/a.rs"), "offset": 0})),
            ("grep_files", json!({"pattern": "two", "glob": "*.rs"})),
        ],
    );
    assert_eq!(called.text(0), "L2: fn two() {}");
    assert_eq!(called.text(1), format!("Absolute path: {}\nb.txt\nsrc/\n  a.rs", home.work().display()));
    assert_eq!(called.text(2), path("src/a.rs"));
    assert!(called.text(3).contains("0 is not a whole number above 0"), "{}", called.text(3));
    assert!(called.text(4).contains("unknown field `glob`"), "{}", called.text(4));
}

#[test]
fn what_a_confined_command_may_not_read_no_tool_reads() {
    let secret = home_with_secrets("workspace-write");
    for (index, output) in secret.outputs.iter().enumerate() {
        let text = output.to_string();
        assert!(!text.contains("hush") && !text.contains("L1"), "{index}: {text}");
    }
    let open = home_with_secrets("danger-full-access");
    assert!(open.text(0).contains("hush"), "without a sandbox tools read what commands read");
}

fn home_with_secrets(sandbox: &str) -> Called {
    let (home, model) =
        stage("- home auth.json: {\"OPENAI_API_KEY\": \"hush\"}\n- file private/key: hush\n- file ok: x");
    let config = home.codex_home().join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let hidden = home.work().join("private");
    fs::write(&config, format!("sandbox_unreadable_paths = [{hidden:?}]\n{text}")).unwrap();
    symlink(home.codex_home().join("auth.json"), home.work().join("link")).unwrap();
    symlink("private", home.work().join("door")).unwrap();
    let read = |path: &str| ("read_file", json!({"file_path": home.work().join(path)}));
    let image = |path: &str| ("view_image", json!({"path": path}));
    let grep = |path: &str| ("grep_files", json!({"pattern": "hush", "path": home.work().join(path)}));
    let auth = home.codex_home().join("auth.json").display().to_string();
    called(
        &home,
        &model,
        sandbox,
        &[
            read(&auth),
            read("link"),
            read("private/key"),
            read("door/key"),
            image("link"),
            image("private/key"),
            grep(&auth),
            grep("private"),
            grep("link"),
            ("list_dir", json!({"dir_path": home.work().join("door")})),
        ],
    )
}

#[test]
fn nothing_waits_for_a_pipe() {
    let (home, model) = stage("");
    for name in ["pipe", ".gitignore"] {
        let made = std::process::Command::new("mkfifo").arg(home.work().join(name)).status().unwrap();
        assert!(made.success());
    }
    fs::write(home.work().join("found"), "needle").unwrap();
    let called = called(
        &home,
        &model,
        "workspace-write",
        &[
            ("view_image", json!({"path": "pipe"})),
            ("read_file", json!({"file_path": "pipe"})),
            ("grep_files", json!({"pattern": "needle"})),
        ],
    );
    assert!(called.text(0).contains("is a pipe") && called.text(1).contains("is a pipe"));
    assert_eq!(called.text(2), home.work().join("found").display().to_string());
}

#[test]
fn a_search_of_the_server_is_shown_live_and_in_history() {
    let model = MockModel::start([
        Reply::search(&json!({"type": "search", "query": "weather"}))
            .and_all_of(Reply::search(&json!({"type": "open_page", "url": "http://u"})))
            .and_text(&["found"]),
        Reply::text("again"),
    ]);
    let home = Home::with_model(&model, "- config web_search = \"live\"");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    let started = turn.all("item/started").into_iter().map(|params| &params["item"]);
    let started: Vec<_> = started.filter(|item| item["type"] == "webSearch").collect();
    assert_eq!((&started[0]["query"], &started[0]["action"]), (&json!(""), &json!({"type": "other"})));
    let items = turn.items("webSearch");
    assert_eq!(items[0]["action"], json!({"type": "search", "query": "weather", "queries": null}));
    assert_eq!(items[1]["query"], "http://u");
    server.run_turn(&thread, "more");
    let asked = model.wait_for_request(2);
    assert!(
        asked["tools"]
            .as_array()
            .unwrap()
            .contains(&json!({"type": "web_search", "external_web_access": true}))
    );
    let sent = asked["input"].as_array().unwrap().iter().filter(|item| item["type"] == "web_search_call");
    assert_eq!(sent.map(|item| item["action"]["type"].clone()).collect::<Vec<_>>(), ["search", "open_page"]);
    server.close();
    let mut server = AppServer::start(&home);
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    let history = read["thread"]["turns"][0]["items"].as_array().unwrap();
    let searches: Vec<_> = history.iter().filter(|item| item["type"] == "webSearch").collect();
    assert_eq!(searches, items, "the same after a restart");
}

#[test]
fn a_hosted_search_cannot_be_called() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "- config web_search = \"cached\"");
    let called = called(&home, &model, "read-only", &[("web_search", json!({"query": "x"}))]);
    assert!(called.text(0).contains("done by the server of the model"), "{}", called.text(0));
}
