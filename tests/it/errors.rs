//! Bad input of every kind: a clear answer where one is owed, silence and a log line where none is.

use codex_tests::binary;
use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const UNKNOWN: &str = "01a204c2-4887-7bf2-88cb-1e909b637fb4";

fn check(method: &str, params: Value, words: &[&str]) {
    let home = Home::bare("");
    let mut server = AppServer::start(&home);
    let refusal = server.refused(method, params.clone());
    assert_eq!(refusal.code, -32600, "{method} {params}: {}", refusal.message);
    for word in words {
        assert!(refusal.message.contains(word), "{method} {params}: no `{word}` in: {}", refusal.message);
    }
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]), "the connection goes on");
}

#[test]
fn an_unknown_method_is_named() {
    check("no/such/method", json!({}), &["unknown variant", "no/such/method"]);
    check("no/such/method", Value::Null, &["no/such/method"]);
}

#[test]
fn params_that_do_not_decode_name_the_reason() {
    check("turn/start", json!({"input": []}), &["threadId"]);
    check("turn/start", Value::Null, &["missing field"]);
    check("thread/start", json!({"cwd": 5}), &["5"]);
    check("thread/start", json!({"sandbox": "nonsense"}), &["nonsense", "workspace-write"]);
    check("thread/start", json!({"approvalPolicy": "sometimes"}), &["sometimes"]);
    check("turn/start", json!([]), &["Invalid request"]);
}

#[test]
fn threads_that_are_not_there_are_told_apart() {
    let input = json!([]);
    check("turn/start", json!({"threadId": UNKNOWN, "input": input}), &["thread not found: ", UNKNOWN]);
    check(
        "turn/steer",
        json!({"threadId": UNKNOWN, "input": input, "expectedTurnId": UNKNOWN}),
        &["thread not found: "],
    );
    check("turn/interrupt", json!({"threadId": UNKNOWN, "turnId": UNKNOWN}), &["thread not found: "]);
    check("thread/resume", json!({"threadId": UNKNOWN}), &["no rollout found for thread id ", UNKNOWN]);
    check("thread/read", json!({"threadId": UNKNOWN}), &["thread not loaded: ", UNKNOWN]);
    check("turn/start", json!({"threadId": "nonsense", "input": input}), &["invalid thread id: "]);
    check("thread/read", json!({"threadId": "nonsense"}), &["invalid thread id: "]);
    check("thread/resume", json!({"threadId": "nonsense"}), &["invalid session id: "]);
}

#[test]
fn optional_params_may_be_left_out() {
    let home = Home::bare("");
    let mut server = AppServer::start(&home);
    for method in
        ["configRequirements/read", "thread/list", "thread/loaded/list", "model/list", "account/read"]
    {
        for params in [Value::Null, json!({})] {
            server.ok(method, params);
        }
    }
    // `params: null` is not the same as none on the wire.
    server.send_message(&json!({"id": "null", "method": "configRequirements/read", "params": null}));
    assert!(server.raw_answer(&json!("null")).get("result").is_some());
}

#[test]
fn lines_that_are_no_messages_are_dropped_and_logged() {
    let home = Home::bare("");
    let mut server = AppServer::start(&home);
    let lines: &[&[u8]] = &[
        b"hello\n",
        b"\n",
        b"[]\n",
        b"5\n",
        b"{}\n",
        b"{\"id\":50}\n",
        b"{\"id\":51,\"method\":5}\n",
        b"{\"id\":null,\"method\":\"thread/loaded/list\",\"params\":{}}\n",
        b"{\"id\":1.5,\"method\":\"thread/loaded/list\",\"params\":{}}\n",
        b"{\"id\":54,\"method\":\"\xff\xfe\",\"params\":{}}\n",
        b"\xff\xff\xff\n",
        b"{\"method\":\"no/such/notification\",\"params\":{}}\n",
        b"{\"id\":9999,\"result\":{}}\n",
        &[b'['; 20_000],
        b"\n",
    ];
    for line in lines {
        server.send_bytes(line);
    }
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]));
    // What was dropped stands in the log, in words of the server's choice.
    if !binary::is_foreign() {
        for bytes in [5, 0, 2, 1, 9, 20, 35, 3, 53, 52, 20_000] {
            server.wait_for_log(&format!("dropped a line of {bytes} bytes"));
        }
        server.wait_for_log("is not valid UTF-8");
        server.wait_for_log("neither `method` nor `id`");
    }
    // A carriage return before the line feed, and a request in two writes, are fine.
    server.send_bytes(b"{\"id\":\"crlf\",\"method\":\"thread/loaded/list\",\"params\":{}}\r\n");
    server.raw_answer(&json!("crlf"));
    server.send_bytes(b"{\"id\":\"two\",\"method\":\"thread/loa");
    server.send_bytes(b"ded/list\",\"params\":{}}\n");
    server.raw_answer(&json!("two"));
}

#[test]
fn a_line_of_100_mb_does_not_end_the_connection() {
    let home = Home::bare("");
    let mut server = AppServer::start(&home);
    server.send_bytes(b"{\"id\":\"long\",\"method\":\"no/such\",\"params\":{\"x\":\"");
    let piece = vec![b'y'; 1_000_000];
    for _ in 0..100 {
        server.send_bytes(&piece);
    }
    server.send_bytes(b"\"}}\n");
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]));
    if !binary::is_foreign() {
        server.wait_for_log("dropped a line of 100000050 bytes from the client: the limit is");
    }
    // Without its end nobody knows what the line was to be.
    assert_eq!(server.take_answers(0, "long").len(), 0);
}

#[test]
fn a_folder_that_does_not_exist_fails_where_it_matters() {
    let model = MockModel::start([Reply::shell("pwd"), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let absent = home.work().join("absent");
    let thread = server.start_thread_with(&home, json!({"cwd": absent}));
    let warning = server.expect_where("warning", |params| params.to_string().contains("absent"));
    assert_eq!(warning["threadId"], thread.as_str());
    let turn = server.run_turn(&thread, "go");
    assert_eq!((turn.status(), turn.text()), ("completed", "done"));
    let told = model.wait_for_request(2)["input"].to_string();
    assert!(told.contains("absent"), "the model is told why: {told}");
}
