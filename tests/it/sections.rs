//! Sections: threads are sorted by their user, and stay so.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const PINNED: &str = "01984de2-8f74-7c91-a3b2-5c5e937cf318";

/// Threads that have said something, the oldest first.
fn threads(server: &mut AppServer, home: &Home, texts: &[&str]) -> Vec<String> {
    let start = |text: &&str| {
        let thread = server.start_thread(home);
        server.run_turn(&thread, text);
        thread
    };
    texts.iter().map(start).collect()
}

fn previews(page: &Value) -> String {
    let previews = page["data"].as_array().unwrap().iter();
    previews.map(|thread| thread["preview"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn put(server: &mut AppServer, thread: &str, section: Value, before: Option<&str>) {
    let params = json!({"threadId": thread, "sectionId": section, "beforeThreadId": before});
    server.ok("thread/section/move", params);
    let changed = server.expect("thread/section/changed");
    assert_eq!(changed, json!({"threadId": thread, "sectionId": section}));
}

#[test]
fn threads_keep_their_places_also_after_a_restart() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let made = server.ok("threadSection/create", json!({"name": " Later ", "appearance": {"color": "red"}}));
    assert_eq!(made["section"]["appearance"], json!({"icon": null, "color": "red"}));
    let section = made["section"]["id"].clone();
    let ids = threads(&mut server, &home, &["a", "b", "c", "d"]);
    put(&mut server, &ids[0], section.clone(), None);
    put(&mut server, &ids[1], section.clone(), None);
    put(&mut server, &ids[2], section.clone(), Some(&ids[0]));
    put(&mut server, &ids[3], json!(PINNED), None);
    server.close();

    let mut server = AppServer::start_experimental(&home);
    let query = |more: Value| {
        let mut query = json!({"sectionId": section, "sortKey": "section_position"});
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        query
    };
    assert_eq!(previews(&server.ok("thread/list", query(json!({})))), "c a b");
    assert_eq!(previews(&server.ok("thread/list", query(json!({"sortDirection": "desc"})))), "b a c");
    assert_eq!(previews(&server.ok("thread/list", json!({"sectionId": section}))), "c b a");
    assert_eq!(previews(&server.ok("thread/list", json!({"sectionId": "nope"}))), "");
    let first = server.ok("thread/list", query(json!({"limit": 2})));
    let next = server.ok("thread/list", query(json!({"limit": 2, "cursor": first["nextCursor"]})));
    assert_eq!((previews(&first), previews(&next)), ("c a".to_owned(), "b".to_owned()));
    assert_eq!(next["nextCursor"], Value::Null);
    let back = query(json!({"sortDirection": "desc", "cursor": first["backwardsCursor"]}));
    assert_eq!(previews(&server.ok("thread/list", back)), "c");

    let read = server.ok("thread/read", json!({"threadId": ids[0]}));
    assert_eq!(read["thread"]["section"]["name"], "Later");
    assert!(read["thread"]["sectionEnteredAt"].is_i64());
    put(&mut server, &ids[0], Value::Null, None);
    server.ok("threadSection/delete", json!({"sectionId": section}));
    for id in &ids[..3] {
        let read = server.ok("thread/read", json!({"threadId": id}));
        assert_eq!(
            (&read["thread"]["section"], &read["thread"]["sectionEnteredAt"]),
            (&Value::Null, &Value::Null)
        );
    }
}

#[test]
fn sections_are_listed_page_by_page_and_renamed() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let made = server.ok("threadSection/create", json!({"name": "A", "appearance": {"icon": "star"}}));
    let id = &made["section"]["id"];
    let renamed = server.ok("threadSection/update", json!({"sectionId": id, "name": "B"}));
    assert_eq!(
        renamed["section"],
        json!({"id": id, "name": "B", "appearance": {"icon": "star", "color": null}})
    );
    let first = server.ok("threadSection/list", json!({"limit": 1}));
    assert_eq!((&first["data"][0]["name"], &first["nextCursor"]), (&json!("Pinned"), &json!(PINNED)));
    let next = server.ok("threadSection/list", json!({"cursor": PINNED}));
    assert_eq!((&next["data"][0]["name"], &next["nextCursor"]), (&json!("B"), &Value::Null));
}

#[test]
fn what_is_wrong_is_said() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let absent = "01984de2-8f74-7c91-a3b2-5c5e937cf319";
    let moved = |thread: &str, section: &str, before: Option<&str>| {
        ("thread/section/move", json!({"threadId": thread, "sectionId": section, "beforeThreadId": before}))
    };
    let refusals = [
        (("threadSection/create", json!({"name": " "})), -32602, "section name must not be empty"),
        (
            ("threadSection/update", json!({"sectionId": "x", "name": "n"})),
            -32602,
            "thread section not found: x",
        ),
        (("threadSection/update", json!({"sectionId": PINNED, "name": "n"})), -32602, "cannot be renamed"),
        (("threadSection/delete", json!({"sectionId": PINNED})), -32602, "cannot be deleted"),
        (("threadSection/list", json!({"cursor": "x"})), -32600, "invalid cursor: x"),
        (moved("x", PINNED, None), -32600, "invalid thread id"),
        (moved(absent, PINNED, None), -32600, "thread not found"),
        (moved(&thread, "x", None), -32600, "section x does not exist"),
        (moved(&thread, PINNED, Some(&thread)), -32600, "cannot be moved before itself"),
        (moved(&thread, PINNED, Some(absent)), -32600, "is not in section"),
        (("thread/list", json!({"sortKey": "section_position"})), -32600, "requires a section filter"),
        (
            ("thread/list", json!({"sortKey": "section_position", "sectionId": PINNED, "cursor": "x"})),
            -32600,
            "invalid cursor: x",
        ),
    ];
    for ((method, params), code, text) in refusals {
        let refusal = server.refused(method, params);
        assert_eq!(refusal.code, code, "{method}: {refusal:?}");
        assert!(refusal.message.contains(text), "{method}: {refusal:?}");
    }
}
