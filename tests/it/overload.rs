//! More requests than anyone can handle: each is answered, refused ones with a code to come back on.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

#[test]
fn every_request_of_a_burst_is_answered() {
    const COUNT: usize = 5_000;
    let home = Home::bare("");
    let mut server = AppServer::start(&home);
    let burst: String = (0..COUNT)
        .map(|number| {
            format!("{{\"id\":\"burst-{number}\",\"method\":\"thread/loaded/list\",\"params\":{{}}}}\n")
        })
        .collect();
    server.send_bytes(burst.as_bytes());
    let answers = server.take_answers(COUNT, "burst-");
    let mut seen = vec![false; COUNT];
    for answer in &answers {
        let number: usize = answer["id"].as_str().unwrap().trim_start_matches("burst-").parse().unwrap();
        assert!(!std::mem::replace(&mut seen[number], true), "answered twice: {answer}");
        match answer.get("error") {
            Some(error) => check_refusal(error),
            None => assert_eq!(answer["result"]["data"], json!([])),
        }
    }
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]), "it goes on afterwards");
}

fn check_refusal(error: &Value) {
    assert_eq!(
        *error,
        json!({"code": -32001, "message": "Server overloaded; retry later.",
            "data": {"codexErrorInfo": "server_overloaded"}})
    );
}

/// Answers that nobody reads are under way, too.
#[test]
fn what_is_too_much_is_refused() {
    const COUNT: usize = 1_000;
    let home = Home::with_rehearsal("");
    let mut server = AppServer::spawn_in(&home, &[], &[("RUST_LOG", "debug")]);
    server.initialize(json!({"clientInfo": {"name": "tests", "title": null, "version": "1.0.0"}}));
    server.pause_reading();
    let burst: String = (0..COUNT)
        .map(|number| format!("{{\"id\":\"burst-{number}\",\"method\":\"model/list\",\"params\":{{}}}}\n"))
        .collect();
    server.send_bytes(burst.as_bytes());
    server.wait_for_log("Server overloaded");
    server.resume_reading();
    let answers = server.take_answers(COUNT, "burst-");
    let refused: Vec<&Value> = answers.iter().filter_map(|answer| answer.get("error")).collect();
    assert!(!refused.is_empty() && refused.len() < COUNT, "{} of {COUNT} were refused", refused.len());
    refused.into_iter().for_each(check_refusal);
    server.ok("model/list", json!({}));
}
