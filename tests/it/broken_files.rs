//! Stored threads that somebody has copied, torn or moved: nothing comes twice, nothing is lost, and what cannot be read
//! is said.

use std::fs;
use std::path::{Path, PathBuf};

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

/// A thread of two turns, and its file.
fn stored(home: &Home) -> (String, PathBuf) {
    let mut server = AppServer::start(home);
    let thread = server.start_thread(home);
    for said in ["one", "two"] {
        server.run_turn(&thread, &format!("say {said}"));
    }
    server.ignore_rest();
    server.close();
    let path = home.rollout(&thread);
    (thread, path)
}

/// The ids of everything that is shown of a thread, with those of their turns.
fn shown(turns: &Value) -> Vec<(Value, Value)> {
    let turns = turns.as_array().unwrap().iter();
    let items = turns.flat_map(|turn| {
        let items = turn["items"].as_array().unwrap().iter();
        items.map(|item| (turn["id"].clone(), item["id"].clone()))
    });
    items.collect()
}

/// All pages of a list, one entry each.
fn pages(server: &mut AppServer, method: &str, mut params: Value) -> Vec<Value> {
    params["limit"] = json!(1);
    let mut all = Vec::new();
    loop {
        let page = server.ok(method, params.clone());
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["nextCursor"].is_null() {
            return all;
        }
        params["cursor"] = page["nextCursor"].clone();
    }
}

#[test]
fn what_stands_in_a_file_twice_is_shown_once() {
    let home = Home::with_rehearsal("");
    let (thread, path) = stored(&home);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let middle = lines.len() / 2;
    let each: String = lines.iter().flat_map(|line| [*line, *line]).collect();
    let again = |from: usize| text.clone() + &lines[from..].concat();
    let torn = [&lines[..middle + 2].concat(), &lines[middle - 3..].concat()].map(String::as_str).concat();
    let mut expected = None;
    for copied in [text.clone(), again(0), again(1), again(middle), again(lines.len() - 2), each, torn] {
        fs::write(&path, &copied).unwrap();
        let mut server = AppServer::start_experimental(&home);
        server.ignore_rest();
        let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
        let whole = shown(&read["thread"]["turns"]);
        let expected = expected.get_or_insert(whole.clone());
        assert_eq!(whole, *expected);
        for (direction, back) in [("asc", false), ("desc", true)] {
            let params = json!({"threadId": thread, "sortDirection": direction, "itemsView": "full"});
            let mut turns = pages(&mut server, "thread/turns/list", params.clone());
            let mut items: Vec<_> = pages(&mut server, "thread/items/list", params)
                .iter()
                .map(|entry| (entry["turnId"].clone(), entry["item"]["id"].clone()))
                .collect();
            if back {
                turns.reverse();
                items.reverse();
            }
            assert!(turns.iter().all(|turn| turn["status"] == "completed"), "{turns:#?}");
            assert_eq!((shown(&json!(turns)), items), (expected.clone(), expected.clone()), "{direction}");
        }
        let of_turn = json!({"threadId": thread, "turnId": expected[0].0, "sortDirection": "desc"});
        assert_eq!(pages(&mut server, "thread/items/list", of_turn).len(), expected.len() / 2);
        let found = json!({"threadId": thread, "searchTerm": "two"});
        let found = server.ok("thread/searchOccurrences", found);
        assert_eq!(found["data"].as_array().unwrap().len(), 2, "{found:#?}");
        let resumed = server.ok("thread/resume", json!({"threadId": thread}));
        assert_eq!(shown(&resumed["thread"]["turns"]), *expected);
    }
}

fn files(home: &Home) -> Vec<PathBuf> {
    let below = |folder: &str| codex_tests::home::files_below(&home.codex_home().join(folder));
    let mut files = [below("sessions"), below("archived_sessions")].concat();
    files.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    files
}

fn archived(home: &Home, path: &Path) -> PathBuf {
    let folder = home.codex_home().join("archived_sessions");
    fs::create_dir_all(&folder).unwrap();
    folder.join(path.file_name().unwrap())
}

#[test]
fn a_thread_in_both_folders_is_moved_where_nothing_is_lost() {
    let home = Home::with_rehearsal("");
    let (thread, path) = stored(&home);
    let whole = fs::read_to_string(&path).unwrap();
    let part: String = whole.split_inclusive('\n').take(6).collect();
    let away = archived(&home, &path);
    let named = json!({"threadId": thread});
    for (here, there) in [(&whole, &whole), (&whole, &part), (&part, &whole)] {
        for (method, from, to) in [("thread/archive", &path, &away), ("thread/unarchive", &away, &path)] {
            fs::write(&path, here).unwrap();
            fs::write(&away, there).unwrap();
            let mut server = AppServer::start(&home);
            server.ignore_rest();
            server.ok(method, named.clone());
            assert!(!from.exists());
            assert_eq!((&fs::read_to_string(to).unwrap(), files(&home).len()), (&whole, 1), "{method}");
        }
    }
    let other = part.clone() + "{\"type\":\"event_msg\",\"payload\":{}}\n";
    fs::write(&path, &whole).unwrap();
    fs::write(&away, &other).unwrap();
    let mut server = AppServer::start(&home);
    server.ignore_rest();
    for method in ["thread/archive", "thread/unarchive"] {
        let refusal = server.refused(method, named.clone());
        assert_eq!(refusal.code, -32600);
        for words in [path.to_str().unwrap(), away.to_str().unwrap(), "move the one that is not wanted out"] {
            assert!(refusal.message.contains(words), "{refusal:?}");
        }
        assert_eq!(
            (fs::read_to_string(&path).unwrap(), fs::read_to_string(&away).unwrap()),
            (whole.clone(), other.clone())
        );
    }
    fs::remove_file(&away).unwrap();
    server.ok("thread/archive", named);
}

#[test]
fn a_thread_whose_first_line_cannot_be_read_is_named_once() {
    let home = Home::with_rehearsal("");
    let (thread, path) = stored(&home);
    let text = fs::read_to_string(&path).unwrap();
    let rest = text.split_once('\n').unwrap().1;
    for first in ["garbage\n", "", &text[..200]] {
        fs::write(&path, format!("{first}{rest}")).unwrap();
        let mut server = AppServer::start(&home);
        assert_eq!(server.ok("thread/list", json!({}))["data"], json!([]));
        let warning = server.expect("warning");
        assert_eq!(warning["threadId"], json!(thread));
        let words = [path.to_str().unwrap(), "is not listed", "no readable first line", "from a backup"];
        let says_all =
            |message: &str| words[..1].iter().chain(&words[2..]).all(|words| message.contains(words));
        let message = warning["message"].as_str().unwrap();
        assert!(says_all(message) && message.contains(words[1]), "{message}");
        assert_eq!(server.ok("thread/list", json!({}))["data"], json!([]));
        assert_eq!(server.seen("warning").len(), 1);
        for method in
            ["thread/read", "thread/resume", "thread/turns/list", "thread/items/list", "thread/fork"]
        {
            let refusal = server.refused(method, json!({"threadId": thread}));
            assert!(refusal.code == -32603 && says_all(&refusal.message), "{method}: {refusal:?}");
        }
        server.ignore_rest();
    }
}
