//! Commands that outlive their call, and the tool that talks to them.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn output_of_last_call(request: &Value) -> &str {
    let items = request["input"].as_array().unwrap();
    let mut outputs = items.iter().filter(|item| item["type"] == "function_call_output");
    outputs.next_back().unwrap()["output"].as_str().unwrap()
}

/// The model calls `write_stdin` with the number that `exec_command` gave it.
#[test]
fn a_session_is_written_to_by_its_number() {
    let command =
        json!({"cmd": "read line; echo got $line; read line; exit 3", "tty": true, "yield_time_ms": 250});
    let model = MockModel::start([Reply::call("exec_command", &command), Reply::text("started")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").text(), "started");
    let request = model.wait_for_request(2);
    let (_, rest) = output_of_last_call(&request).split_once("session ID ").unwrap();
    let number: i64 = rest.split_whitespace().next().unwrap().parse().unwrap();

    let write =
        |number: i64, chars: &str| Reply::call("write_stdin", &json!({"session_id": number, "chars": chars}));
    model.add([
        write(number, "x\n"),
        write(number, "\n"),
        write(number, "\n"),
        write(4711, "x"),
        Reply::text("done"),
    ]);
    let turn = server.run_turn(&thread, "write");
    assert_eq!(turn.text(), "done");
    let typed = turn.all("item/commandExecution/terminalInteraction");
    let typed: Vec<_> = typed.iter().map(|typed| typed["stdin"].as_str().unwrap()).collect();
    assert_eq!(typed, ["x\n", "\n"], "only what reached a command");
    let told: Vec<String> =
        (4..=7).map(|number| output_of_last_call(&model.wait_for_request(number)).to_owned()).collect();
    assert!(told[0].contains("got x") && told[0].contains(&format!("session ID {number}")), "{told:#?}");
    assert!(told[1].contains("exited with code 3"), "{told:#?}");
    assert!(told[2].contains(&number.to_string()), "{told:#?}");
    assert!(told[3].contains("4711"), "{told:#?}");
}
