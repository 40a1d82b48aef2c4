//! An index of the threads, of several servers, which comes and goes.

use std::fs;

use codex_tests::home::Home;
use codex_tests::process::wait_for_file;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn listed(server: &mut AppServer, more: Value) -> Vec<String> {
    let page = server.ok("thread/list", more);
    let ids = page["data"].as_array().unwrap().iter();
    ids.map(|thread| thread["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_one_server_does_others_list_at_once_with_and_without_an_index() {
    let home = Home::with_rehearsal("");
    let mut servers = [AppServer::start(&home), AppServer::start(&home)];
    servers.iter_mut().for_each(AppServer::ignore_rest);
    let index = home.codex_home().join("thread-index-2.sqlite");
    let mut threads = Vec::new();
    for round in 0..6 {
        let [server, other] = &mut servers;
        let writer = if round % 2 == 0 { &mut *server } else { &mut *other };
        let thread = writer.start_thread(&home);
        writer.run_turn(&thread, &format!("say {round}"));
        writer.ok("thread/name/set", json!({"threadId": thread, "name": format!("name {round}")}));
        threads.insert(0, thread);
        let named = json!({"searchTerm": format!("name {round}")});
        for server in [server, other] {
            assert_eq!(listed(server, json!({})), threads);
            assert_eq!(listed(server, json!({"sortKey": "updated_at"}))[0], threads[0]);
            assert_eq!(listed(server, named.clone()), threads[..1]);
        }
        wait_for_file(&index);
        if round == 2 {
            for end in ["", "-wal", "-shm"] {
                // The log is only there while somebody has it open.
                let _ = fs::remove_file(format!("{}{end}", index.display()));
            }
        }
    }
    let [server, other] = &mut servers;
    server.ok("thread/archive", json!({"threadId": threads[5]}));
    other.ok("thread/archive", json!({"threadId": threads[4]}));
    for server in [server, other] {
        assert_eq!(listed(server, json!({})), threads[..4]);
        assert_eq!(listed(server, json!({"archived": true})), threads[4..]);
    }
}
