//! What goes to standard error, and what never goes to standard output.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const CLIENT: &str = "tests";

fn initialize(server: &mut AppServer) {
    server.initialize(json!({"clientInfo": {"name": CLIENT, "title": null, "version": "1.0.0"}}));
}

#[test]
fn nothing_is_logged_when_nothing_is_wrong() {
    let model = MockModel::start([Reply::shell("echo out; echo err >&2"), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").text(), "done");
    assert!(server.close().success());
    assert_eq!(server.whole_log(), "");
}

#[test]
fn the_log_can_be_had_in_detail_and_as_json() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::spawn_in(&home, &[], &[("RUST_LOG", "info"), ("LOG_FORMAT", "json")]);
    initialize(&mut server);
    server.send_bytes(b"garbage\n");
    assert!(server.close().success());
    let log = server.whole_log();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let levels: Vec<&str> = lines.iter().map(|line| line["level"].as_str().unwrap()).collect();
    assert!(levels.contains(&"INFO") && levels.contains(&"WARN"), "{log}");
    assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["fields"]["message"].is_string()));
}

/// Standard output of the process is not what the client reads.
#[test]
fn what_is_printed_does_not_reach_the_wire() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let print = format!("echo stray > /proc/{}/fd/1", server.pid());
    model.add([Reply::shell(&print), Reply::text("done")]);
    let thread = server.start_thread_with(&home, json!({"sandbox": "danger-full-access"}));
    let turn = server.run_turn(&thread, "go");
    assert_eq!((turn.text(), &turn.item("commandExecution")["exitCode"]), ("done", &json!(0)));
    server.wait_for_log("stray");
    assert!(server.close().success());
}
