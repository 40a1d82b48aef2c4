//! More requests than anyone can handle: each is answered, refused ones with a code to come back on.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::json;

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
        if let Some(error) = answer.get("error") {
            assert_eq!(error["code"], -32001, "{answer}");
            assert_eq!(error["message"], "Server overloaded; retry later.");
        } else {
            assert_eq!(answer["result"]["data"], json!([]));
        }
    }
    assert_eq!(server.ok("thread/loaded/list", json!({}))["data"], json!([]), "it goes on afterwards");
}
