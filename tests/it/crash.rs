//! kill -9 at any point: what the client saw completed is there afterwards, and the thread goes on.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use rustix::process::Signal;
use serde_json::{Value, json};

/// Points of one turn: what the client saw last before the server was killed.
const POINTS: &[(&str, &str)] = &[
    ("turn/started", ""),
    ("item/completed", "userMessage"),
    ("item/completed", "reasoning"),
    ("item/started", "commandExecution"),
    ("item/completed", "commandExecution"),
    ("item/started", "agentMessage"),
    ("item/completed", "agentMessage"),
    ("turn/completed", ""),
];

#[test]
fn what_was_completed_survives_a_kill_at_any_point() {
    for (method, kind) in POINTS {
        let gate = Gate::new();
        let held = Reply::text("the end").until(&gate);
        let ends_itself =
            matches!((*method, *kind), ("item/completed", "agentMessage") | ("turn/completed", _));
        let last = if ends_itself { Reply::text("the end") } else { held };
        let first =
            Reply::reasoning("thinking").and_call("exec_command", &json!({"cmd": "echo from the tool"}));
        let model = MockModel::start([
            Reply::text("before").only_for("the first"),
            first.only_for("the second"),
            last.only_for("the second"),
            Reply::text("after").only_for("and now"),
        ]);
        let home = Home::with_model(&model, "");
        let mut server = AppServer::start(&home);
        let thread = server.start_thread(&home);
        server.run_turn(&thread, "the first");
        server.start_turn(&thread, "the second");
        server.expect_where(method, |params| kind.is_empty() || params["item"]["type"] == *kind);
        server.ignore_rest();
        server.end_by(Signal::KILL);
        let promised: Vec<Value> =
            server.seen("item/completed").into_iter().map(|params| params["item"].clone()).collect();
        drop(server);

        let mut server = AppServer::start(&home);
        server.ignore_rest();
        let resumed = server.ok("thread/resume", json!({"threadId": thread}))["thread"].clone();
        let turns = resumed["turns"].as_array().unwrap();
        let kept: Vec<&Value> = turns.iter().flat_map(|turn| turn["items"].as_array().unwrap()).collect();
        for item in &promised {
            let same =
                kept.iter().find(|other| other["type"] == item["type"] && essence(other) == essence(item));
            assert!(same.is_some(), "killed at {method} {kind}: {item} is gone, of {kept:#?}");
        }
        let is_open = |turn: &&Value| turn["status"] == "inProgress";
        assert_eq!(turns.iter().filter(is_open).count(), 0, "a killed turn is not shown as running");
        assert_eq!(server.run_turn(&thread, "and now?").text(), "after", "killed at {method} {kind}");
    }
}

/// What a client would miss if it were lost.
fn essence(item: &Value) -> Value {
    json!([
        item["text"],
        item["content"],
        item["summary"],
        item["command"],
        item["aggregatedOutput"],
        item["exitCode"]
    ])
}

/// A line that was being written when the power went is no reason to lose the thread.
#[test]
fn the_file_may_end_anywhere() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "first");
    drop(server);
    let path = home.rollout(&thread);
    let whole = std::fs::read(&path).unwrap();
    let last_line = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [last_line + 1, last_line + (whole.len() - last_line) / 2, whole.len() - 2] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let mut server = AppServer::start(&home);
        let resumed = server.ok("thread/resume", json!({"threadId": thread}));
        let items = resumed["thread"]["turns"][0]["items"].as_array().unwrap().clone();
        assert_eq!(items[0]["content"][0]["text"], "first", "cut at {cut} of {}", whole.len());
    }
}
