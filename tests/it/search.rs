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

fn places(server: &mut AppServer, thread: &str, more: Value) -> (Vec<String>, Value) {
    let mut params = json!({"threadId": thread});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let page = server.ok("thread/searchOccurrences", params);
    let text = |hit: &Value| {
        let units: Vec<u16> = hit["snippet"].as_str().unwrap().encode_utf16().collect();
        let at = |name: &str| usize::try_from(hit["snippetMatchRange"][name].as_u64().unwrap()).unwrap();
        let words = String::from_utf16(&units[at("start")..at("end")]).unwrap();
        format!("{} {words}: {}", at("start"), hit["snippet"].as_str().unwrap())
    };
    (page["data"].as_array().unwrap().iter().map(text).collect(), page["nextCursor"].clone())
}

#[test]
fn every_place_of_a_thread_where_it_was_said() {
    let model = MockModel::start([
        Reply::text("a fox, a Fox\nand one fox"),
        Reply::shell("echo fox"),
        Reply::text("nothing"),
        Reply::text("the last FOX"),
        Reply::text("yes"),
    ]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let sandbox = json!({"sandbox": "danger-full-access", "historyMode": "paginated"});
    let thread = server.start_thread_with(&home, sandbox);
    let refusal =
        server.refused("thread/searchOccurrences", json!({"threadId": thread, "searchTerm": "fox"}));
    assert!(refusal.message.contains("not materialized yet"), "{refusal:?}");
    for text in ["\u{1f642} fox", "second", "third"] {
        server.run_turn(&thread, text);
    }
    let all = [
        "3 fox: \u{1f642} fox",
        "2 fox: a fox, a Fox and one fox",
        "9 Fox: a fox, a Fox and one fox",
        "21 fox: a fox, a Fox and one fox",
        "9 FOX: the last FOX",
    ];
    let all = all.map(str::to_owned).to_vec();
    assert_eq!(places(&mut server, &thread, json!({"searchTerm": "fox"})), (all.clone(), Value::Null));
    let (mut paged, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let wanted = json!({"searchTerm": "fox", "limit": 1, "cursor": cursor});
        let (page, next) = places(&mut server, &thread, wanted);
        paged.extend(page);
        if next.is_null() {
            break;
        }
        cursor = next;
    }
    assert_eq!(paged, all);
    let other = json!({"threadId": thread, "searchTerm": "last", "cursor": cursor});
    assert!(server.refused("thread/searchOccurrences", other).message.starts_with("invalid cursor: "));

    let last = server.ok("thread/searchOccurrences", json!({"threadId": thread, "searchTerm": "LAST fox"}));
    let hit = last["data"][0].clone();
    let turns = json!({"threadId": thread, "cursor": hit["turnCursor"], "sortDirection": "asc"});
    let turns = server.ok("thread/turns/list", turns)["data"].clone();
    assert_eq!((turns.as_array().unwrap().len(), &turns[0]["id"]), (1, &hit["turnId"]));
    assert_eq!(turns[0]["items"][1]["id"], hit["itemId"]);

    let many = server.start_thread_with(&home, json!({"sandbox": "danger-full-access"}));
    server.run_turn(&many, &"often ".repeat(1200));
    let (mut found, mut cursor) = (0, Value::Null);
    loop {
        let (page, next) = places(&mut server, &many, json!({"searchTerm": "often", "cursor": cursor}));
        assert!(page.len() <= 100);
        found += page.len();
        if next.is_null() {
            break;
        }
        cursor = next;
    }
    assert_eq!(found, 1200);

    for (term, count) in [("zebra", 0), ("third", 1)] {
        assert_eq!(places(&mut server, &thread, json!({"searchTerm": term})).0.len(), count);
    }
    let refusal = server.refused("thread/searchOccurrences", json!({"threadId": thread, "searchTerm": " "}));
    assert!(refusal.message.contains("requires a non-empty searchTerm"), "{refusal:?}");
}
