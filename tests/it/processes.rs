//! `process/*`: processes that the client runs without a sandbox.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use codex_tests::home::Home;
use codex_tests::process;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

use crate::support::stubborn_command;

fn sh(home: &Home, handle: &str, script: &str, more: Value) -> Value {
    let mut params =
        json!({"command": ["/bin/bash", "-c", script], "cwd": home.work(), "processHandle": handle});
    for (key, value) in more.as_object().unwrap() {
        params[key] = value.clone();
    }
    params
}

fn exited(server: &mut AppServer, handle: &str) -> Value {
    server.expect_where("process/exited", |exited| exited["processHandle"] == handle)
}

#[test]
fn a_process_is_answered_when_it_runs_and_its_end_is_told() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let spawn =
        server.send("process/spawn", sh(&home, "a", "echo > made; echo äb; echo e >&2; exit 3", json!({})));
    server.answer(spawn).unwrap();
    let told = json!({"processHandle": "a", "exitCode": 3, "outputDrainTimedOut": false, "stdout": "äb\n",
        "stdoutCapReached": false, "stderr": "e\n", "stderrCapReached": false});
    assert_eq!(exited(&mut server, "a"), told);
    let answered = server.position(|message| message["id"] == spawn);
    assert!(answered < server.position(|message| message["method"] == "process/exited"));
    assert!(home.work().join("made").exists());
    // The name is free, and time and limits hold.
    let more = json!({"outputBytesCap": 4, "timeoutMs": 300, "env": {"A": "1", "HOME": null}});
    server.ok("process/spawn", sh(&home, "a", "echo $A${HOME-none}; exec sleep 1000", more));
    let told = exited(&mut server, "a");
    assert_eq!((&told["exitCode"], &told["stdout"]), (&json!(124), &json!("1non")));
    assert_eq!((&told["stdoutCapReached"], &told["stderrCapReached"]), (&json!(true), &json!(false)));
    server.ok(
        "process/spawn",
        sh(&home, "a", "exec sleep 0.1", json!({"timeoutMs": null, "outputBytesCap": null})),
    );
    assert_eq!(exited(&mut server, "a")["exitCode"], 0);
}

#[test]
fn a_process_with_a_terminal_is_talked_to_and_killed() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let more = json!({"tty": true, "size": {"rows": 7, "cols": 9}, "timeoutMs": null});
    let script = "stty -echo; stty size; read line; stty size; exec sleep 1000";
    server.ok("process/spawn", sh(&home, "tty", script, more.clone()));
    let said = |server: &mut AppServer| {
        let delta = server.expect("process/outputDelta");
        assert_eq!((&delta["processHandle"], &delta["stream"]), (&json!("tty"), &json!("stdout")));
        BASE64_STANDARD.decode(delta["deltaBase64"].as_str().unwrap()).unwrap()
    };
    assert_eq!(said(&mut server), b"7 9\r\n");
    server.ok("process/resizePty", json!({"processHandle": "tty", "size": {"rows": 5, "cols": 6}}));
    server.ok("process/writeStdin", json!({"processHandle": "tty", "deltaBase64": "YQo="}));
    assert_eq!(said(&mut server), b"5 6\r\n");
    let refusal = server.refused("process/spawn", sh(&home, "tty", "true", more));
    assert_eq!(refusal.message, r#"duplicate active process handle: "tty""#);
    // The same name among commands is another one.
    server.ok("command/exec", json!({"command": ["true"], "processId": "tty"}));
    server.ok("process/kill", json!({"processHandle": "tty"}));
    let told = exited(&mut server, "tty");
    assert!([json!(137), json!(143), json!(129)].contains(&told["exitCode"]), "{told}");
    assert_eq!(told["stdout"], "");
}

#[test]
fn processes_end_with_their_connection() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    let word = process::new_tag();
    let more = json!({"streamStdoutStderr": true, "timeoutMs": null});
    server.ok("process/spawn", sh(&home, "p", &stubborn_command(&word), more));
    process::wait_for_tagged(&word, 2);
    server.ignore_rest();
    assert!(server.close().success());
    assert_eq!(process::survivors(&word, std::time::Duration::ZERO), [""; 0]);
}

#[test]
fn bad_requests_are_told_what_is_wrong() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start_experimental(&home);
    server.ok("process/spawn", sh(&home, "p", "exec sleep 1000", json!({"timeoutMs": null})));
    let (spawn, write, resize) = ("process/spawn", "process/writeStdin", "process/resizePty");
    let cases = [
        (
            spawn,
            json!({"command": [], "cwd": "/", "processHandle": "a"}),
            -32600,
            "command must not be empty",
        ),
        (spawn, sh(&home, "", "true", json!({})), -32600, "processHandle must not be empty"),
        (spawn, sh(&home, "a", "true", json!({"cwd": "rel"})), -32600, "`cwd`: the path `rel` is relative"),
        (spawn, sh(&home, "a", "true", json!({"cwd": "/none"})), -32603, "`/none` cannot be entered"),
        (spawn, sh(&home, "a", "true", json!({"timeoutMs": -1})), -32602, "non-negative, got -1"),
        (
            spawn,
            sh(&home, "a", "true", json!({"size": {"rows": 1, "cols": 1}})),
            -32602,
            "requires tty: true",
        ),
        (spawn, sh(&home, "a", "true", json!({"command": ["no-such-program"]})), -32603, "no-such-program"),
        (write, json!({"processHandle": "p"}), -32602, "requires deltaBase64 or closeStdin"),
        (write, json!({"processHandle": "p", "closeStdin": true}), -32600, "not enabled for this process"),
        (write, json!({"processHandle": "q", "closeStdin": true}), -32600, "process handle \"q\""),
        (resize, json!({"processHandle": "p", "size": {"rows": 0, "cols": 1}}), -32602, "greater than 0"),
        (
            resize,
            json!({"processHandle": "p", "size": {"rows": 1, "cols": 1}}),
            -32600,
            "not attached to a PTY",
        ),
        ("process/kill", json!({"processHandle": "q"}), -32600, "no active process for process handle \"q\""),
    ];
    for (method, params, code, said) in cases {
        let refusal = server.refused(method, params);
        assert!(refusal.code == code && refusal.message.contains(said), "{said}: {refusal:?}");
    }
    let mut plain = AppServer::start(&home);
    let refusal = plain.refused(spawn, sh(&home, "a", "true", json!({})));
    assert_eq!(refusal.message, "process/spawn requires experimentalApi capability");
}
