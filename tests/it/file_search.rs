//! `fuzzyFileSearch`: files by a few letters, at once and while a user types.

use std::fs;
use std::os::unix::fs::symlink;

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const START: &str = "fuzzyFileSearch/sessionStart";
const UPDATE: &str = "fuzzyFileSearch/sessionUpdate";
const UPDATED: &str = "fuzzyFileSearch/sessionUpdated";

fn paths(found: &Value) -> Vec<&str> {
    found["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect()
}

#[test]
fn files_and_folders_are_found_best_first() {
    let home = Home::with_rehearsal(
        "- file src/zebra.rs: x\n- file src/lib.rs: x\n- file zebrax/other.txt: x\n- file .gitignore: *.log\n- file zebra.log: x\n- git",
    );
    symlink(home.work(), home.work().join("src/circle")).unwrap();
    let mut server = AppServer::start(&home);
    let root = home.work().display().to_string();
    let search = |query: &str| json!({"query": query, "roots": [root, root]});
    let found = server.ok("fuzzyFileSearch", search("zebra"));
    let file = |path: &str, kind: &str, name: &str, score: u32, indices: [u32; 5]| {
        json!({"root": root, "path": path, "match_type": kind, "file_name": name, "score": score,
            "indices": indices})
    };
    let expected = [
        file("src/zebra.rs", "file", "zebra.rs", 65670, [4, 5, 6, 7, 8]),
        file("zebrax", "directory", "zebrax", 134, [0, 1, 2, 3, 4]),
        file("zebrax/other.txt", "file", "other.txt", 134, [0, 1, 2, 3, 4]),
    ];
    assert_eq!(found["files"], json!(expected));
    assert_eq!(server.ok("fuzzyFileSearch", search("")), json!({"files": []}));
    assert_eq!(server.ok("fuzzyFileSearch", json!({"query": "a", "roots": []})), json!({"files": []}));
    let refusal = server.refused("fuzzyFileSearch", json!({"query": "a", "roots": ["rel"]}));
    assert!(refusal.message.contains("`roots`: the path `rel` is relative"), "{refusal:?}");
    let refusal = server.refused("fuzzyFileSearch", search(&"a".repeat(1001)));
    assert!(refusal.code == -32602 && refusal.message.contains("may have 1000"), "{refusal:?}");
}

#[test]
fn a_newer_search_with_the_same_token_ends_the_older() {
    let home = Home::with_rehearsal("- file src/main.rs: x");
    let mut server = AppServer::start(&home);
    let search = |root: &str| json!({"query": "main", "roots": [root], "cancellationToken": "t"});
    // All of the machine takes longer than it takes to send the next.
    let older = server.send("fuzzyFileSearch", search("/"));
    let newer = server.send("fuzzyFileSearch", search(&home.work().display().to_string()));
    assert_eq!(server.answer(older).unwrap(), json!({"files": []}));
    assert_eq!(paths(&server.answer(newer).unwrap()), ["src/main.rs"]);
}

#[test]
fn a_session_answers_each_query() {
    let home = Home::with_rehearsal("- file src/main.rs: x\n- file src/model.rs: x");
    let mut server = AppServer::start_experimental(&home);
    let roots = json!([home.work()]);
    server.ok(START, json!({"sessionId": "s", "roots": roots}));
    let wanted = |query: &'static str| move |updated: &Value| updated["query"] == query;
    assert_eq!(paths(&server.expect_where(UPDATED, wanted(""))), [""; 0]);
    server.expect("fuzzyFileSearch/sessionCompleted");
    for (query, expected) in
        [("m", vec!["src/main.rs", "src/model.rs"]), ("ma", vec!["src/main.rs"]), ("zz", vec![])]
    {
        server.ok(UPDATE, json!({"sessionId": "s", "query": query}));
        assert_eq!(paths(&server.expect_where(UPDATED, wanted(query))), expected);
        let completed = server.expect("fuzzyFileSearch/sessionCompleted");
        assert_eq!(completed, json!({"sessionId": "s"}));
    }
    // Files that come later are in a new session of the same name.
    fs::write(home.work().join("src/mail.rs"), "").unwrap();
    server.ok(START, json!({"sessionId": "s", "roots": roots}));
    server.expect("fuzzyFileSearch/sessionCompleted");
    server.ok(UPDATE, json!({"sessionId": "s", "query": "mail"}));
    assert_eq!(paths(&server.expect_where(UPDATED, wanted("mail"))), ["src/mail.rs"]);
    server.expect("fuzzyFileSearch/sessionCompleted");

    server.ok("fuzzyFileSearch/sessionStop", json!({"sessionId": "s"}));
    server.ok("fuzzyFileSearch/sessionStop", json!({"sessionId": "s"}));
    let refusal = server.refused(UPDATE, json!({"sessionId": "s", "query": "m"}));
    assert_eq!((refusal.code, refusal.message.as_str()), (-32600, "fuzzy file search session not found: s"));
    let refusal = server.refused(START, json!({"sessionId": "", "roots": roots}));
    assert_eq!(refusal.message, "sessionId must not be empty");
    let refusal = server.refused(START, json!({"sessionId": "s", "roots": []}));
    assert!(
        refusal.code == -32603 && refusal.message.contains("at least one search directory"),
        "{refusal:?}"
    );
    let mut plain = AppServer::start(&home);
    let refusal = plain.refused(START, json!({"sessionId": "s", "roots": roots}));
    assert_eq!(refusal.message, "fuzzyFileSearch/sessionStart requires experimentalApi capability");
}

#[test]
fn there_are_not_any_number_of_sessions_and_they_end_with_the_connection() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let roots = json!([home.work()]);
    for number in 0..8 {
        server.ok(START, json!({"sessionId": format!("{number}"), "roots": roots}));
    }
    let refusal = server.refused(START, json!({"sessionId": "more", "roots": roots}));
    assert!(refusal.message.contains("stop one of them"), "{refusal:?}");
    server.ok("fuzzyFileSearch/sessionStop", json!({"sessionId": "0"}));
    // One that is still at it.
    server.ok(START, json!({"sessionId": "more", "roots": ["/"]}));
    server.ignore_rest();
    assert!(server.close().success());
}
