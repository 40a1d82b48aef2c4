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

#[test]
fn background_terminals_are_listed_and_ended_one_by_one_and_all() {
    let command = |word: &str| {
        Reply::call("exec_command", &json!({"cmd": format!("echo {word}; sleep 1000"), "yield_time_ms": 250}))
    };
    let model = MockModel::start([command("a"), command("b"), command("c"), Reply::text("started")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "go");
    let list = |server: &mut AppServer| {
        let list = server.ok("thread/backgroundTerminals/list", json!({"threadId": thread}));
        let ids = list["data"].as_array().unwrap().iter().map(|one| one["processId"].clone());
        ids.collect::<Vec<_>>()
    };
    let ended = |server: &mut AppServer| {
        let item = server.expect("item/completed")["item"].clone();
        (item["status"] == "failed" && item["exitCode"] == -1, item["processId"].clone())
    };
    let running = list(&mut server);
    assert_eq!(running.len(), 3);
    let listed = server.ok("thread/backgroundTerminals/list", json!({"threadId": thread, "limit": 1}));
    assert_eq!(listed["data"][0]["command"], "echo a; sleep 1000", "as the model wrote it");
    let terminate = |server: &mut AppServer, id: &Value| {
        let params = json!({"threadId": thread, "processId": id});
        server.request("thread/backgroundTerminals/terminate", params)
    };
    assert_eq!(terminate(&mut server, &running[0]).unwrap(), json!({"terminated": true}));
    assert_eq!(list(&mut server), running[1..]);
    assert_eq!(ended(&mut server), (true, running[0].clone()));
    assert_eq!(terminate(&mut server, &running[0]).unwrap(), json!({"terminated": false}));
    let refusal = terminate(&mut server, &json!("x")).unwrap_err();
    assert_eq!(refusal.message, "invalid background terminal process id: invalid digit found in string");
    assert_eq!(server.ok("thread/backgroundTerminals/clean", json!({"threadId": thread})), json!({}));
    assert_eq!(list(&mut server), [Value::Null; 0]);
    assert!(ended(&mut server).0 && ended(&mut server).0);
    let refusal = server.refused("thread/backgroundTerminals/clean", json!({"threadId": "x"}));
    assert_eq!(refusal.code, -32600);
}
