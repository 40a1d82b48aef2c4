//! Who may speak when, and what the server says of itself.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn client(name: &str) -> Value {
    json!({"clientInfo": {"name": name, "title": null, "version": "1.2.3"}})
}

#[test]
fn the_server_introduces_itself() {
    let home = Home::bare("");
    let mut server = AppServer::spawn(&home, &[]);
    let result = server.initialize(client("visitor"));
    assert_eq!(result["codexHome"], home.codex_home().display().to_string());
    assert_eq!(result["platformFamily"], "unix");
    assert_eq!(result["platformOs"], "linux");
    let agent = result["userAgent"].as_str().unwrap();
    assert!(agent.starts_with("visitor/0.169.0 (") && agent.ends_with("(visitor; 1.2.3)"), "{agent}");
}

#[test]
fn nothing_but_initialize_comes_first_and_only_once() {
    let home = Home::bare("");
    let mut server = AppServer::spawn(&home, &[]);
    let early = server.refused("thread/loaded/list", json!({}));
    assert_eq!((early.code, early.message.as_str()), (-32600, "Not initialized"));
    // What cannot be decoded is told so even before the handshake.
    let unknown = server.refused("no/such/method", json!({}));
    assert_eq!(unknown.code, -32600);
    assert!(unknown.message.contains("no/such/method"), "{}", unknown.message);
    server.initialize(client("visitor"));
    let again = server.refused("initialize", client("visitor"));
    assert_eq!((again.code, again.message.as_str()), (-32600, "Already initialized"));
}

#[test]
fn requests_need_no_initialized_notification() {
    let home = Home::bare("");
    let mut server = AppServer::spawn(&home, &[]);
    server.ok("initialize", client("visitor"));
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]));
}

#[test]
fn a_client_name_must_fit_into_a_header() {
    let home = Home::bare("");
    let mut server = AppServer::spawn(&home, &[]);
    let refusal = server.refused("initialize", client("line\nbreak"));
    assert_eq!(refusal.code, -32600);
    assert!(refusal.message.contains("clientInfo.name"), "{}", refusal.message);
}

#[test]
fn notifications_can_be_opted_out_of_by_exact_name() {
    let model = MockModel::start([Reply::text("hello")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::spawn(&home, &[]);
    let mut params = client("visitor");
    let unwanted = ["thread/started", "item/agentMessage/delta", "item", "no/such/notification"];
    params["capabilities"] = json!({"experimentalApi": false, "optOutNotificationMethods": unwanted});
    server.initialize(params);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "hi");
    assert_eq!(turn.text(), "hello");
    assert!(turn.all("item/agentMessage/delta").is_empty());
    assert!(server.seen("thread/started").is_empty());
}

#[test]
fn experimental_parts_need_the_capability() {
    let home = Home::bare("");
    let mut server = AppServer::start(&home);
    let method = server.refused("thread/backgroundTerminals/list", json!({"threadId": "any"}));
    assert_eq!(method.code, -32600);
    assert_eq!(method.message, "thread/backgroundTerminals/list requires experimentalApi capability");
    let field = server.refused("thread/start", json!({"experimentalRawEvents": true}));
    assert_eq!(field.message, "thread/start.experimentalRawEvents requires experimentalApi capability");
}

#[test]
fn ids_come_back_as_they_were() {
    let home = Home::bare("");
    let mut server = AppServer::start(&home);
    for id in [json!("a text"), json!(0), json!(-7), json!(9_007_199_254_740_993_i64), json!("0")] {
        server
            .send_message(&json!({"jsonrpc": "2.0", "id": id, "method": "thread/loaded/list", "params": {}}));
        let answer = server.raw_answer(&id);
        assert_eq!(answer["result"]["data"], json!([]), "{id}");
        assert!(answer.get("jsonrpc").is_none(), "the wire has no such member: {answer}");
    }
}
