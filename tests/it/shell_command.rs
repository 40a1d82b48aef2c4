//! `thread/shellCommand`: the user's own commands.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::process;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

use crate::support::stubborn_command;

fn run(server: &mut AppServer, thread: &str, command: &str) {
    assert_eq!(server.ok("thread/shellCommand", json!({"threadId": thread, "command": command})), json!({}));
}

/// What the model is shown of the user's commands.
fn shown(request: &Value) -> Vec<String> {
    let texts = request["input"].as_array().unwrap().iter().map(|item| item["content"][0]["text"].clone());
    texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .filter(|text| text.starts_with("<user_shell_command>"))
        .collect()
}

#[test]
fn a_command_of_the_user_is_a_turn_and_the_model_sees_it_also_after_a_restart() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread =
        server.start_thread_with(&home, json!({"sandbox": "read-only", "approvalPolicy": "untrusted"}));
    run(&mut server, &thread, "echo > made; echo from the user; exit 3");
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.status(), "completed");
    assert!(turn.items("agentMessage").is_empty());
    let item = turn.item("commandExecution");
    assert_eq!((&item["source"], &item["status"]), (&json!("userShell"), &json!("failed")));
    assert_eq!((&item["exitCode"], &item["aggregatedOutput"]), (&json!(3), &json!("from the user\n")));
    assert!(home.work().join("made").exists(), "it has the rights of the user");
    let turn = turn.id().to_owned();
    assert!(server.close().success());

    let mut server = AppServer::start(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    let turns = resumed["thread"]["turns"].as_array().unwrap();
    assert_eq!(
        (turns.len(), &turns[0]["id"], &turns[0]["items"][0]["exitCode"]),
        (1, &json!(turn), &json!(3))
    );
    model.add([Reply::text("seen")]);
    assert_eq!(server.run_turn(&thread, "what did I run?").text(), "seen");
    let shown = shown(&model.wait_for_request(1));
    assert_eq!(shown.len(), 1);
    let parts = shown[0].split_once("Duration: ").unwrap();
    assert_eq!(
        parts.0,
        "<user_shell_command>\n<command>\necho > made; echo from the user; exit 3\n</command>\n<result>\nExit code: \
         3\n"
    );
    let rest = parts.1.split_once(" seconds\n").unwrap().1;
    assert_eq!(rest, "Output:\nfrom the user\n\n</result>\n</user_shell_command>");
}

#[test]
fn beside_a_turn_it_belongs_to_that_turn() {
    let call = json!({"cmd": "echo working; while ! [ -e go ]; do sleep 0.01; done"});
    let model = MockModel::start([Reply::call("exec_command", &call), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let started = server.start_turn(&thread, "go");
    server.expect("item/commandExecution/outputDelta");
    run(&mut server, &thread, "echo beside");
    server.expect_where("item/completed", |params| params["item"]["source"] == "userShell");
    std::fs::write(home.work().join("go"), "").unwrap();
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.id(), turn.text()), (started.as_str(), "done"));
    assert_eq!(shown(&model.wait_for_request(1)), [""; 0]);
    assert!(shown(&model.wait_for_request(2))[0].contains("beside"));
}

#[test]
fn it_ends_with_its_time_with_an_interrupt_and_with_the_server() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let params = json!({"threadId": thread, "command": "echo begun; sleep 1000", "timeoutMs": 300});
    server.ok("thread/shellCommand", params);
    let turn = server.wait_turn(&thread);
    let item = turn.item("commandExecution");
    assert_eq!((turn.status(), &item["exitCode"]), ("completed", &json!(124)));
    assert_eq!(item["aggregatedOutput"], "begun\n");

    for ends_by_interrupt in [true, false] {
        let word = process::new_tag();
        run(&mut server, &thread, &stubborn_command(&word));
        let started = server.expect("turn/started");
        process::wait_for_tagged(&word, 2);
        if ends_by_interrupt {
            server.ok("turn/interrupt", json!({"threadId": thread, "turnId": started["turn"]["id"]}));
            let turn = server.wait_turn(&thread);
            let item = turn.item("commandExecution");
            assert_eq!((turn.status(), &item["exitCode"]), ("interrupted", &json!(-1)));
        } else {
            server.ignore_rest();
            assert!(server.close().success());
        }
        assert_eq!(process::survivors(&word, std::time::Duration::ZERO), [""; 0]);
    }
}

#[test]
fn bad_requests_are_told_what_is_wrong() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let unknown = "01a204c2-29a4-7331-83b0-c38f9aaa76e8";
    for (params, code, said) in [
        (json!({"threadId": thread, "command": " \n"}), -32600, "command must not be empty"),
        (json!({"threadId": thread, "command": "a\u{0}b"}), -32600, "command must not contain NUL"),
        (json!({"threadId": "x", "command": "true"}), -32600, "invalid thread id"),
        (json!({"threadId": unknown, "command": "true"}), -32600, "thread not found"),
        (json!({"threadId": thread, "command": "true", "timeoutMs": -1}), -32602, "non-negative, got -1"),
    ] {
        let refusal = server.refused("thread/shellCommand", params);
        assert!(refusal.code == code && refusal.message.contains(said), "{said}: {refusal:?}");
    }
    // A shell that cannot start is the end of an item, not of the conversation.
    std::fs::remove_dir_all(home.work()).unwrap();
    run(&mut server, &thread, "true");
    let turn = server.wait_turn(&thread);
    let item = turn.item("commandExecution");
    assert_eq!((turn.status(), &item["status"]), ("completed", &json!("failed")));
    assert!(item["aggregatedOutput"].as_str().unwrap().contains("cannot be entered"), "{item}");
}
