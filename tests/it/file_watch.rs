//! `fs/watch`: what a client is told of files that change.

use std::fs;

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

/// The paths of all that is told of a watch until one of them ends like this.
fn told_until(server: &mut AppServer, id: &str, end: &str) -> Vec<String> {
    let mut paths = Vec::new();
    while !paths.iter().any(|path: &String| path.ends_with(end)) {
        let changed = server.expect_where("fs/changed", |changed| changed["watchId"] == id);
        let new = changed["changedPaths"].as_array().unwrap().iter();
        paths.extend(new.map(|path| path.as_str().unwrap().to_owned()));
    }
    paths
}

#[test]
fn changes_are_told_until_the_watch_ends() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let at = |name: &str| home.work().join(name).display().to_string();
    fs::create_dir(home.work().join("d")).unwrap();
    let watched = server.ok("fs/watch", json!({"watchId": "folder", "path": at("x/../d")}));
    assert_eq!(watched, json!({"path": at("d")}));
    server.ok("fs/watch", json!({"watchId": "file", "path": at("d/later")}));
    fs::write(home.work().join("d/later"), "1").unwrap();
    assert_eq!(told_until(&mut server, "folder", "later"), [at("d/later")]);
    assert_eq!(told_until(&mut server, "file", "later"), [at("d/later")]);

    server.ok("fs/unwatch", json!({"watchId": "file"}));
    server.ok("fs/unwatch", json!({"watchId": "file"}));
    // A folder that is removed, and one of its name.
    server.ok("fs/remove", json!({"path": at("d")}));
    assert!(told_until(&mut server, "folder", "/d").contains(&at("d")));
    fs::create_dir(home.work().join("d")).unwrap();
    // What was made before it was seen is told as the folder.
    for number in 0.. {
        fs::write(home.work().join(format!("d/again{number}")), "").unwrap();
        if server.expect("fs/changed")["changedPaths"].to_string().contains("d/again") {
            break;
        }
    }
    let of_file = |changed: &&Value| changed["watchId"] == "file";
    assert_eq!(server.seen("fs/changed").iter().filter(of_file).count(), 1);
    server.ignore_rest();
    assert!(server.close().success());
}

#[test]
fn what_cannot_be_watched_is_told() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let path = home.work().display().to_string();
    server.ok("fs/watch", json!({"watchId": "1", "path": path}));
    let refusal = server.refused("fs/watch", json!({"watchId": "1", "path": "/"}));
    assert_eq!((refusal.code, refusal.message.as_str()), (-32600, "watchId already exists: 1"));
    let refusal = server.refused("fs/watch", json!({"watchId": "2", "path": "relative"}));
    assert!(refusal.message.contains("`path`: the path `relative` is relative"), "{refusal:?}");
    // More than there may be.
    let mut answers = Vec::new();
    for number in 0..1100 {
        let id = server.send("fs/watch", json!({"watchId": format!("n{number}"), "path": path}));
        answers.push(server.answer(id));
    }
    let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1100 - 1023);
    assert!(refused[0].message.contains("end some of the watches"), "{:?}", refused[0]);
    server.ok("fs/unwatch", json!({"watchId": "n1"}));
    server.ok("fs/watch", json!({"watchId": "2", "path": path}));
}
