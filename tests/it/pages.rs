//! The history of a thread in pages, of its turns and of its items, from either end.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const TURNS: usize = 7;

struct Stage {
    server: AppServer,
    thread: String,
    turns: Vec<String>,
}

impl Stage {
    /// A thread of several turns in a server that has not loaded it.
    fn new() -> (Self, Home) {
        let home = Home::with_rehearsal("");
        let mut server = AppServer::start(&home);
        server.ignore_rest();
        let thread = server.start_thread(&home);
        let script = |number| format!("commentary working {number}\nshell echo {number}\nsay done {number}");
        let turns =
            (0..TURNS).map(|number| server.run_turn(&thread, &script(number)).id().to_owned()).collect();
        server.close();
        let server = AppServer::start_experimental(&home);
        (Self { server, thread, turns }, home)
    }

    fn list(&mut self, method: &str, more: &Value) -> Value {
        let mut params = json!({"threadId": self.thread});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.server.ok(method, params)
    }

    /// All entries, page by page.
    fn all(&mut self, method: &str, more: &Value) -> Vec<Value> {
        let (mut found, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let mut params = more.clone();
            params["cursor"] = cursor;
            let page = self.list(method, &params);
            let limit = more["limit"].as_u64().unwrap_or(100).max(1);
            assert!(page["data"].as_array().unwrap().len() as u64 <= limit);
            found.extend(page["data"].as_array().unwrap().clone());
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                return found;
            }
        }
    }
}

fn ids(turns: &[Value]) -> Vec<&str> {
    turns.iter().map(|turn| turn["id"].as_str().unwrap()).collect()
}

fn kinds(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect()
}

#[test]
fn turns_come_in_pages_from_either_end_as_they_are_read_whole() {
    let (mut stage, _home) = Stage::new();
    let read = stage.server.ok("thread/read", json!({"threadId": stage.thread, "includeTurns": true}));
    let whole = read["thread"]["turns"].as_array().unwrap().clone();
    assert_eq!(ids(&whole), stage.turns);
    for limit in [0, 1, 2, 3, 7, 100] {
        let forwards = stage
            .all("thread/turns/list", &json!({"limit": limit, "sortDirection": "asc", "itemsView": "full"}));
        assert_eq!(forwards, whole, "limit {limit}");
        let mut backwards = stage.all("thread/turns/list", &json!({"limit": limit, "itemsView": "full"}));
        backwards.reverse();
        assert_eq!(backwards, whole, "limit {limit}");
    }
    let summary = stage.list("thread/turns/list", &json!({"limit": 1}));
    assert_eq!(summary["data"][0]["itemsView"], "summary");
    assert_eq!(kinds(&summary["data"][0]["items"]), ["userMessage", "agentMessage"]);
    assert_eq!(summary["data"][0]["items"][1]["text"], "done 6");
    let bare = stage.list("thread/turns/list", &json!({"limit": 1, "itemsView": "notLoaded"}));
    assert_eq!(
        (bare["data"][0]["items"].clone(), bare["data"][0]["status"].clone()),
        (json!([]), json!("completed"))
    );
}

#[test]
fn reading_turns_back_begins_with_the_first_again() {
    let (mut stage, _home) = Stage::new();
    let newest = stage.list("thread/turns/list", &json!({"limit": 3}));
    let again = json!({"cursor": newest["backwardsCursor"], "sortDirection": "asc"});
    assert_eq!(ids(stage.list("thread/turns/list", &again)["data"].as_array().unwrap()), stage.turns[6..]);
    let on = json!({"cursor": newest["nextCursor"], "sortDirection": "asc", "limit": 2});
    let on = stage.list("thread/turns/list", &on);
    assert_eq!(ids(on["data"].as_array().unwrap()), stage.turns[5..], "what was shown last is left out");
    let resumed =
        stage.list("thread/resume", &json!({"excludeTurns": true, "initialTurnsPage": {"limit": 2}}));
    assert_eq!(
        ids(resumed["initialTurnsPage"]["data"].as_array().unwrap()),
        [&*stage.turns[6], &*stage.turns[5]]
    );
    let page =
        stage.list("thread/turns/list", &json!({"cursor": resumed["turnsBackwardsCursor"], "limit": 1}));
    assert_eq!(ids(page["data"].as_array().unwrap()), stage.turns[6..]);
    let items = json!({"cursor": resumed["itemsBackwardsCursor"], "sortDirection": "desc", "limit": 1});
    assert_eq!(stage.list("thread/items/list", &items)["data"][0]["item"]["text"], "done 6");
}

#[test]
fn items_come_in_pages_of_the_thread_and_of_a_turn() {
    let (mut stage, _home) = Stage::new();
    let all = stage.all("thread/items/list", &json!({}));
    assert_eq!(all.len(), 4 * TURNS);
    for limit in [0, 1, 5] {
        assert_eq!(stage.all("thread/items/list", &json!({"limit": limit})), all, "limit {limit}");
        let mut backwards = stage.all("thread/items/list", &json!({"limit": limit, "sortDirection": "desc"}));
        backwards.reverse();
        assert_eq!(backwards, all, "limit {limit}");
    }
    let turn = stage.turns[3].clone();
    let of_turn = stage.all("thread/items/list", &json!({"turnId": turn, "limit": 3}));
    assert_eq!(of_turn, all[12..16]);
    let shown: Vec<_> = of_turn.iter().map(|entry| entry["item"]["type"].as_str().unwrap()).collect();
    assert_eq!(shown, ["userMessage", "agentMessage", "commandExecution", "agentMessage"]);
    assert!(of_turn.iter().all(|entry| entry["turnId"] == turn && entry["completedAtMs"].is_i64()));
    let command = of_turn[2]["item"]["id"].clone();
    let behind = json!({"turnId": turn, "cursor": {"type": "item", "itemId": command}});
    assert_eq!(stage.list("thread/items/list", &behind)["data"], json!([of_turn[3]]));
    let lean = json!({"turnId": turn, "deferOutput": {"commandExecution": true}});
    let lean = stage.list("thread/items/list", &lean)["data"][2].clone();
    assert_eq!((&lean["item"]["aggregatedOutput"], &lean["outputDeferred"]), (&Value::Null, &json!(true)));
    let named = json!({"turnId": turn, "itemIds": ["unknown", command]});
    assert_eq!(stage.list("thread/items/read", &named)["data"], json!([of_turn[2]]));
    assert_eq!(stage.list("thread/items/list", &json!({"turnId": "unknown"}))["data"], json!([]));
}

#[test]
fn a_running_turn_is_shown_as_far_as_it_is() {
    let (mut stage, home) = Stage::new();
    stage.server.ignore_rest();
    stage.list("thread/resume", &json!({"excludeTurns": true}));
    let turn = stage.server.start_turn(&stage.thread, "commentary begun\nhang");
    stage.server.expect_where("item/completed", |params| params["item"]["text"] == "begun");
    let page = stage.list("thread/turns/list", &json!({"limit": 1, "itemsView": "full"}));
    assert_eq!((&page["data"][0]["id"], &page["data"][0]["status"]), (&json!(turn), &json!("inProgress")));
    assert_eq!(kinds(&page["data"][0]["items"]), ["userMessage", "agentMessage"]);
    drop(home);
}

#[test]
fn what_no_page_can_be_made_of_is_refused() {
    let (mut stage, home) = Stage::new();
    let turns = stage.list("thread/turns/list", &json!({"limit": 1}))["nextCursor"].clone();
    let items = stage.list("thread/items/list", &json!({"limit": 1}))["nextCursor"].clone();
    let beside = turns.as_str().unwrap().replace("\"rolloutOffset\":", "\"rolloutOffset\":1");
    let thread = stage.thread.clone();
    let fresh = stage.server.start_thread(&home);
    let passing = stage.server.start_thread_with(&home, json!({"ephemeral": true}));
    let unknown = "01a204c2-4887-7bf2-88cb-1e909b637fb4";
    for (method, params, words) in [
        ("thread/turns/list", json!({"threadId": thread, "cursor": "nonsense"}), "invalid cursor: nonsense"),
        ("thread/turns/list", json!({"threadId": thread, "cursor": items}), "invalid cursor: "),
        ("thread/turns/list", json!({"threadId": thread, "cursor": beside}), "invalid cursor: "),
        ("thread/items/list", json!({"threadId": thread, "cursor": turns}), "invalid cursor: "),
        (
            "thread/items/list",
            json!({"threadId": thread, "cursor": {"type": "item", "itemId": "x"}}),
            "turnId is required",
        ),
        (
            "thread/items/list",
            json!({"threadId": thread, "turnId": stage.turns[0], "cursor": {"type": "item", "itemId": "x"}}),
            "item not found: x",
        ),
        (
            "thread/items/read",
            json!({"threadId": thread, "turnId": "x", "itemIds": []}),
            "itemIds must contain 1 to 100 IDs",
        ),
        ("thread/turns/list", json!({"threadId": unknown}), "thread not loaded: "),
        ("thread/turns/list", json!({"threadId": "nonsense"}), "invalid thread id: "),
        (
            "thread/turns/list",
            json!({"threadId": fresh}),
            "is not materialized yet; thread/turns/list is unavailable before first user message",
        ),
        (
            "thread/turns/list",
            json!({"threadId": passing}),
            "ephemeral threads do not support thread/turns/list",
        ),
    ] {
        let refusal = stage.server.refused(method, params.clone());
        assert!(refusal.message.contains(words), "{method} {params}: {refusal:?}");
        assert!(refusal.code == -32600 || words.ends_with("required"), "{refusal:?}");
    }
    // Clients read the whole thread where this is said, as they know it of the public codex.
    for (method, more) in [
        ("thread/items/list", json!({})),
        ("thread/items/read", json!({"turnId": "x", "itemIds": ["y"]})),
        ("thread/searchOccurrences", json!({"searchTerm": "x"})),
    ] {
        for (id, words) in [
            (unknown, "thread not loaded: "),
            (&fresh, "is not materialized yet"),
            (&passing, "ephemeral threads do not support"),
        ] {
            let mut params = more.clone();
            params["threadId"] = json!(id);
            let refusal = stage.server.refused(method, params);
            assert_eq!(refusal.code, -32601, "{method} {words}: {refusal:?}");
            let begins = format!("{method} is not supported yet: ");
            assert!(refusal.message.starts_with(&begins) && refusal.message.contains(words), "{refusal:?}");
        }
    }
}
