//! Attachments: what clients keep with threads, and find again.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn about(thread: &str, key: &str, payload: Value) -> Value {
    json!({"threadId": thread, "attachmentType": "pr", "identityKey": key, "payload": payload})
}

#[test]
fn an_attachment_is_there_once_and_is_found_again() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let one = server.start_thread(&home);
    server.run_turn(&one, "hello");
    let two = server.start_thread(&home);
    let added = server.ok("thread/attachment/add", about(&one, "7", json!({"n": 1})));
    assert_eq!(added["outcome"], "created");
    let updated = server.expect("thread/attachment/updated");
    let id = &added["attachment"]["id"];
    let told = json!({"threadId": one, "attachmentType": "pr", "identityKey": "7", "attachmentId": id, "operation": "created"});
    assert_eq!(updated, told);
    let again = server.ok("thread/attachment/add", about(&one, "7", json!({"n": 2})));
    assert_eq!((&again["outcome"], &again["attachment"]), (&json!("existing"), &added["attachment"]));
    server.ok("thread/attachment/add", about(&one, "8", json!(null)));
    server.ok("thread/attachment/add", about(&two, "7", json!([])));
    server.expect_where("thread/attachment/updated", |params| params["threadId"] == two.as_str());
    server.close();

    let mut server = AppServer::start_experimental(&home);
    let page = server.ok("thread/attachment/list", json!({"threadId": one, "limit": 1}));
    assert_eq!(page["data"], json!([added["attachment"]]));
    let page = server.ok("thread/attachment/list", json!({"threadId": one, "cursor": page["nextCursor"]}));
    assert_eq!((&page["data"][0]["identityKey"], &page["nextCursor"]), (&json!("8"), &Value::Null));
    let owners = |server: &mut AppServer, archived: Value| {
        let params = json!({"attachmentType": "pr", "identityKey": "7", "archived": archived});
        server.ok("thread/attachmentOwner/list", params)["data"].clone()
    };
    let both = json!([{"threadId": one, "archived": false}, {"threadId": two, "archived": false}]);
    assert_eq!(owners(&mut server, Value::Null), both);
    assert_eq!(owners(&mut server, json!(true)), json!([]));
    let this = json!({"threadId": one, "attachmentType": "pr", "identityKey": "7"});
    server.ok("thread/attachment/remove", this.clone());
    assert_eq!(server.expect("thread/attachment/updated")["operation"], "deleted");
    server.ok("thread/attachment/remove", this);
    assert_eq!(owners(&mut server, json!(false)), json!([{"threadId": two, "archived": false}]));
}

#[test]
fn what_cannot_be_attached_is_said() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let long = "k".repeat(257);
    let refusals = [
        (about(&thread, "", json!(1)), "identityKey must not be empty"),
        (about(&thread, &long, json!(1)), "identityKey must not exceed 256 bytes"),
        (about(&thread, "k", json!("x".repeat(65536))), "attachment payload must not exceed 65536 bytes"),
        (about("x", "k", json!(1)), "invalid thread id"),
        (about("01984de2-8f74-7c91-a3b2-5c5e937cf319", "k", json!(1)), "thread not found"),
    ];
    for (params, text) in refusals {
        let refusal = server.refused("thread/attachment/add", params);
        assert_eq!(refusal.code, -32602, "{refusal:?}");
        assert!(refusal.message.contains(text), "{refusal:?}");
    }
    let refusal = server.refused("thread/attachment/list", json!({"threadId": thread, "cursor": "x"}));
    assert_eq!(refusal.message, "invalid cursor: x");
}
