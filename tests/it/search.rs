//! Looking for words in what was said.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn found(server: &mut AppServer, more: Value) -> (Vec<String>, Value) {
    let page = server.ok("thread/search", more);
    let snippets = page["data"].as_array().unwrap().iter();
    let text = |hit: &Value| {
        let preview = hit["thread"]["preview"].as_str().unwrap();
        format!("{preview}: {}", hit["snippet"].as_str().unwrap())
    };
    (snippets.map(text).collect(), page["nextCursor"].clone())
}

#[test]
fn what_a_user_or_the_model_said_is_found_and_nothing_else() {
    let model = MockModel::start([
        Reply::text("A haystack\nwith a Needle"),
        Reply::shell("echo needle"),
        Reply::text("nothing"),
        Reply::text("also a NEEDLE"),
    ]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    for text in ["one", "two", "three, or a needle"] {
        let thread = server.start_thread_with(&home, json!({"sandbox": "danger-full-access"}));
        server.run_turn(&thread, text);
    }
    let three = "three, or a needle: three, or a needle".to_owned();
    let one = "one: A haystack with a Needle".to_owned();
    assert_eq!(found(&mut server, json!({"searchTerm": "needle"})).0, [three.clone(), one.clone()]);
    let (first, next) = found(&mut server, json!({"searchTerm": "needle", "limit": 1}));
    let (second, end) = found(&mut server, json!({"searchTerm": "needle", "limit": 1, "cursor": next}));
    assert_eq!((first, second, end), (vec![three], vec![one.clone()], Value::Null));
    let oldest = json!({"searchTerm": "Haystack WITH", "sortDirection": "asc", "sortKey": "updated_at"});
    assert_eq!(found(&mut server, oldest).0, [one]);
    assert!(found(&mut server, json!({"searchTerm": "exec_command"})).0.is_empty());
    assert!(found(&mut server, json!({"searchTerm": "needle", "archived": true})).0.is_empty());
}

#[test]
fn what_cannot_be_looked_for_is_said() {
    let mut server = AppServer::start_experimental(&Home::with_rehearsal(""));
    for term in ["", " \n"] {
        let refusal = server.refused("thread/search", json!({"searchTerm": term}));
        assert!(refusal.message.starts_with("thread/search requires a non-empty searchTerm"), "{refusal:?}");
    }
    let refusal = server.refused("thread/search", json!({"searchTerm": "a", "cursor": "q"}));
    assert_eq!((refusal.code, refusal.message.as_str()), (-32600, "invalid cursor: q"));
}
