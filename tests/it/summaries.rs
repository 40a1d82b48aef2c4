//! `getConversationSummary`: a stored thread in a few words.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::json;

const METHOD: &str = "getConversationSummary";

#[test]
fn a_stored_thread_is_told_by_its_id_and_by_its_file() {
    let home = Home::with_rehearsal("- file a: 1\n- git");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let refusal = server.refused(METHOD, json!({"conversationId": thread}));
    assert_eq!(refusal.message, format!("no rollout found for conversation id {thread}"));
    server.run_turn(&thread, "say hello");
    let told = server.ok("getConversationSummary", json!({"conversationId": thread}));
    let summary = &told["summary"];
    let path = home.rollout(&thread);
    assert_eq!(summary["conversationId"], thread);
    assert_eq!(summary["path"], path.display().to_string());
    assert_eq!(summary["preview"], "say hello");
    assert_eq!(summary["modelProvider"], "rehearsal");
    assert_eq!(summary["cwd"], home.work().display().to_string());
    assert_eq!(summary["gitInfo"]["branch"], "main");
    assert!(summary["gitInfo"]["origin_url"].is_null() && summary["gitInfo"]["sha"].is_string());
    assert!(summary["timestamp"].as_str().unwrap().ends_with('Z') && summary["updatedAt"].is_string());
    assert_eq!(server.ok(METHOD, json!({"rolloutPath": path})), told);
    let below = path.strip_prefix(home.codex_home()).unwrap();
    assert_eq!(server.ok(METHOD, json!({"rolloutPath": below})), told);
}

#[test]
fn what_is_no_thread_is_told() {
    let home = Home::with_rehearsal("- file a: not a thread");
    let mut server = AppServer::start(&home);
    for (params, code, said) in [
        (json!({}), -32600, "expected either `conversationId` or `rolloutPath`"),
        (json!({"conversationId": "x"}), -32600, "invalid thread id"),
        (json!({"rolloutPath": "none"}), -32600, "file does not exist"),
        (json!({"rolloutPath": "/dev/zero"}), -32600, "file does not exist"),
        (json!({"rolloutPath": home.work().join("a")}), -32603, "a"),
    ] {
        let refusal = server.refused(METHOD, params);
        assert!(refusal.code == code && refusal.message.contains(said), "{said}: {refusal:?}");
    }
}
