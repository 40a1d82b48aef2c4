//! `command/exec` and what belongs to it: commands that the client runs in the sandbox.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use codex_tests::home::Home;
use codex_tests::process;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

use crate::support::stubborn_command;

fn sh(script: &str, more: Value) -> Value {
    let mut params = json!({"command": ["/bin/bash", "-c", script]});
    for (key, value) in more.as_object().unwrap() {
        params[key] = value.clone();
    }
    params
}

fn full() -> Value {
    json!({"type": "dangerFullAccess"})
}

/// Everything that was told of a command's stdout, and whether the last piece said that the limit is reached.
fn streamed(server: &AppServer, process: &str) -> (Vec<u8>, bool) {
    let deltas = server.seen("command/exec/outputDelta");
    let deltas: Vec<_> =
        deltas.iter().filter(|delta| delta["processId"] == process && delta["stream"] == "stdout").collect();
    let bytes = deltas
        .iter()
        .flat_map(|delta| BASE64_STANDARD.decode(delta["deltaBase64"].as_str().unwrap()).unwrap());
    (bytes.collect(), deltas.last().is_some_and(|delta| delta["capReached"] == true))
}

#[test]
fn a_command_is_answered_with_its_code_and_its_streams() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let ran = |server: &mut AppServer, params: Value| server.ok("command/exec", params);
    let params =
        sh("pwd; echo err >&2; echo $A${GONE-none}; exit 3", json!({"cwd": "sub", "env": {"A": "a"}}));
    std::fs::create_dir(home.work().join("sub")).unwrap();
    let stdout = format!("{}/sub\nanone\n", home.work().display());
    assert_eq!(ran(&mut server, params), json!({"exitCode": 3, "stdout": stdout, "stderr": "err\n"}));
    let params = sh("echo $HOME; exec sleep 1000", json!({"timeoutMs": 300, "env": {"HOME": null}}));
    assert_eq!(ran(&mut server, params), json!({"exitCode": 124, "stdout": "\n", "stderr": ""}));
    // Nothing is lost between a command and its limit, in each stream.
    let params = sh("printf abcdef; printf äöü >&2", json!({"outputBytesCap": 3}));
    assert_eq!(ran(&mut server, params), json!({"exitCode": 0, "stdout": "abc", "stderr": "ä"}));
    let params = sh("head -c 3000000 /dev/zero | tr '\\0' a", json!({}));
    assert_eq!(ran(&mut server, params)["stdout"].as_str().unwrap().len(), 1024 * 1024);
    let params = sh("head -c 3000000 /dev/zero | tr '\\0' a", json!({"disableOutputCap": true}));
    assert_eq!(ran(&mut server, params)["stdout"].as_str().unwrap().len(), 3_000_000);
}

#[test]
fn the_sandbox_is_the_configured_one_or_the_one_that_is_asked_for() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let script = |name: &str| format!("echo > {name} && echo $CODEX_SANDBOX_NETWORK_DISABLED");
    let ran = |server: &mut AppServer, name: &str, more: Value| {
        let result = server.ok("command/exec", sh(&script(name), more));
        (result["exitCode"] == 0, home.work().join(name).exists(), result["stdout"].clone())
    };
    assert_eq!(ran(&mut server, "a", json!({})), (false, false, json!("")));
    let workspace = json!({"type": "workspaceWrite", "writableRoots": [], "networkAccess": false,
        "excludeTmpdirEnvVar": true, "excludeSlashTmp": true});
    assert_eq!(ran(&mut server, "b", json!({"sandboxPolicy": workspace})), (true, true, json!("1\n")));
    assert_eq!(ran(&mut server, "c", json!({"sandboxPolicy": full()})), (true, true, json!("\n")));
    let refusal = server.refused("command/exec", sh("true", json!({"permissionProfile": ":workspace"})));
    assert_eq!(refusal.message, "command/exec.permissionProfile requires experimentalApi capability");

    let mut server = AppServer::start_experimental(&home);
    assert_eq!(ran(&mut server, "d", json!({"permissionProfile": ":workspace"})), (true, true, json!("1\n")));
    assert_eq!(ran(&mut server, "e", json!({"permissionProfile": ":read-only"})), (false, false, json!("")));
    for (more, said) in [
        (json!({"permissionProfile": ":none"}), "there is no permission profile `:none`"),
        (
            json!({"permissionProfile": ":workspace", "sandboxPolicy": full()}),
            "`permissionProfile` cannot be combined with `sandboxPolicy`",
        ),
    ] {
        let refusal = server.refused("command/exec", sh("true", more));
        assert!(refusal.code == -32600 && refusal.message.contains(said), "{refusal:?}");
    }
}

#[test]
fn secrets_of_the_server_do_not_reach_a_command() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::spawn_in(&home, &[], &[("OPENAI_API_KEY", "secret"), ("EDITOR", "vi")]);
    server.initialize(json!({"clientInfo": {"name": "tests", "version": "1"}}));
    for more in [json!({}), json!({"sandboxPolicy": full()})] {
        let result = server.ok("command/exec", sh("echo $OPENAI_API_KEY $EDITOR", more));
        assert_eq!(result["stdout"], "vi\n");
    }
}

#[test]
fn input_and_output_are_bytes_and_output_comes_before_the_answer() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let more = json!({"processId": "cat", "streamStdin": true, "streamStdoutStderr": true});
    let running = server.send("command/exec", sh("cat; echo end >&2", more.clone()));
    // The write stands right behind the command that it is for.
    let bytes = b"\xff\x00\xc3";
    let delta = BASE64_STANDARD.encode(bytes);
    let write = server.send("command/exec/write", json!({"processId": "cat", "deltaBase64": delta}));
    server.answer(write).unwrap();
    server.expect("command/exec/outputDelta");
    let refusal = server.refused("command/exec", sh("true", more));
    assert_eq!(refusal.message, r#"duplicate active command/exec process id: "cat""#);
    server.ok("command/exec/write", json!({"processId": "cat", "closeStdin": true}));
    let answer = server.answer(running).unwrap();
    assert_eq!(answer, json!({"exitCode": 0, "stdout": "", "stderr": ""}));
    assert_eq!(streamed(&server, "cat"), (bytes.to_vec(), false));
    let told = server.position(|message| message["params"]["stream"] == "stderr");
    assert!(told < server.position(|message| message["id"] == running), "{answer}");
    // The name is free.
    server.ok("command/exec", sh("true", json!({"processId": "cat"})));
}

#[test]
fn streamed_output_stops_at_its_limit_and_the_command_goes_on() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let more = json!({"processId": "much", "streamStdoutStderr": true, "outputBytesCap": 100_000});
    let answer = server.ok("command/exec", sh("head -c 5000000 /dev/zero; exit 5", more));
    assert_eq!(answer["exitCode"], 5);
    assert_eq!(streamed(&server, "much"), (vec![0; 100_000], true));
}

#[test]
fn a_terminal_has_a_size_and_an_end_of_input() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let more =
        json!({"processId": "tty", "tty": true, "size": {"rows": 7, "cols": 9}, "sandboxPolicy": full()});
    let running = server.send("command/exec", sh("stty -echo; stty size; cat; stty size", more));
    server.expect("command/exec/outputDelta");
    server.ok("command/exec/resize", json!({"processId": "tty", "size": {"rows": 5, "cols": 6}}));
    server.ok("command/exec/write", json!({"processId": "tty", "deltaBase64": "aQo=", "closeStdin": true}));
    assert_eq!(server.answer(running).unwrap()["exitCode"], 0);
    let text = String::from_utf8(streamed(&server, "tty").0).unwrap();
    assert_eq!(text, "7 9\r\ni\r\n5 6\r\n");
}

#[test]
fn a_command_is_ended_with_what_it_started_and_with_what_waits_for_it() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let word = process::new_tag();
    let more = json!({"processId": "p", "streamStdin": true, "disableTimeout": true});
    let running = server.send("command/exec", sh(&stubborn_command(&word), more));
    process::wait_for_tagged(&word, 2);
    // More than a pipe takes: it waits until it is read, which is never.
    let delta = BASE64_STANDARD.encode(vec![b'a'; 300_000]);
    let stuck = server.send("command/exec/write", json!({"processId": "p", "deltaBase64": delta}));
    server.ok("command/exec/terminate", json!({"processId": "p"}));
    let code = server.answer(running).unwrap()["exitCode"].as_i64().unwrap();
    assert!([137, 143].contains(&code), "{code}");
    assert_eq!(server.answer(stuck).unwrap_err().code, -32600);
    assert_eq!(process::survivors(&word, std::time::Duration::ZERO), [""; 0]);
    let refusal = server.refused("command/exec/terminate", json!({"processId": "p"}));
    assert_eq!(refusal.message, r#"no active command/exec for process id "p""#);
}

#[test]
fn commands_end_with_their_connection() {
    let home = Home::with_rehearsal("");
    for more in [json!({}), json!({"processId": "p", "streamStdoutStderr": true, "sandboxPolicy": full()})] {
        let mut server = AppServer::start(&home);
        let word = process::new_tag();
        let mut params = sh(&stubborn_command(&word), more);
        params["disableTimeout"] = json!(true);
        server.send("command/exec", params);
        process::wait_for_tagged(&word, 2);
        server.ignore_rest();
        assert!(server.close().success());
        assert_eq!(process::survivors(&word, std::time::Duration::ZERO), [""; 0]);
    }
}

#[test]
fn a_client_that_does_not_read_holds_the_command_up_and_loses_nothing() {
    const BYTES: usize = 20_000_000;
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let before = process::memory_kib(server.pid());
    server.pause_reading();
    let done = home.work().join("done");
    let script = format!("head -c {BYTES} /dev/zero; echo > {}", done.display());
    let more = json!({"processId": "p", "streamStdoutStderr": true, "disableOutputCap": true,
        "disableTimeout": true, "sandboxPolicy": full()});
    let running = server.send("command/exec", sh(&script, more));
    // Another command is run all the while.
    let other = home.work().join("other");
    server.send("command/exec", sh(&format!("echo > {}", other.display()), json!({"sandboxPolicy": full()})));
    process::wait_for_file(&other);
    let grown = process::memory_kib(server.pid()).saturating_sub(before);
    assert!(!done.exists(), "it was not held up");
    server.resume_reading();
    assert_eq!(server.answer(running).unwrap()["exitCode"], 0);
    assert_eq!(streamed(&server, "p").0.len(), BYTES);
    server.ignore_rest();
    assert!(grown < 16 * 1024, "memory grew by {grown} KiB while nobody read");
}

#[test]
fn bad_requests_are_told_what_is_wrong() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let running =
        server.send("command/exec", sh("cat; sleep 1000", json!({"processId": "p", "env": {"A": "1"}})));
    let exec = "command/exec";
    let cases = [
        (exec, json!({"command": []}), -32600, "command must not be empty"),
        (exec, json!({"command": ["a\u{0}b"]}), -32600, "command must not contain NUL"),
        (exec, sh("true", json!({"tty": true})), -32600, "requires a client-supplied processId"),
        (exec, sh("true", json!({"streamStdin": true})), -32600, "requires a client-supplied processId"),
        (exec, sh("true", json!({"timeoutMs": -1})), -32602, "timeoutMs must be non-negative, got -1"),
        (exec, sh("true", json!({"timeoutMs": 1, "disableTimeout": true})), -32602, "disableTimeout"),
        (
            exec,
            sh("true", json!({"outputBytesCap": 1, "disableOutputCap": true})),
            -32602,
            "disableOutputCap",
        ),
        (exec, sh("true", json!({"size": {"rows": 1, "cols": 1}})), -32602, "size requires tty: true"),
        (exec, sh("true", json!({"env": {"A=B": "1"}})), -32600, "`env`: \"A=B\""),
        (exec, sh("true", json!({"cwd": "none"})), -32603, "work/none` cannot be entered"),
        (exec, json!({"command": ["no-such-program"]}), -32603, "cannot run `no-such-program`"),
        ("command/exec/write", json!({"processId": "p"}), -32602, "requires deltaBase64 or closeStdin"),
        ("command/exec/write", json!({"processId": "p", "deltaBase64": "!"}), -32602, "invalid deltaBase64"),
        ("command/exec/write", json!({"processId": "p", "deltaBase64": "YQ=="}), -32600, "not enabled"),
        ("command/exec/write", json!({"processId": "q", "closeStdin": true}), -32600, "process id \"q\""),
        ("command/exec/resize", json!({"processId": "p", "size": {"rows": 0, "cols": 1}}), -32602, "than 0"),
        ("command/exec/resize", json!({"processId": "p", "size": {"rows": 1, "cols": 1}}), -32600, "PTY"),
        ("command/exec/resize", json!({"processId": "q", "size": {"rows": 1, "cols": 1}}), -32600, "\"q\""),
    ];
    for (method, params, code, said) in cases {
        let refusal = server.refused(method, params);
        assert!(refusal.code == code && refusal.message.contains(said), "{said}: {refusal:?}");
    }
    server.ok("command/exec/terminate", json!({"processId": "p"}));
    server.answer(running).unwrap();
}

#[test]
fn there_are_not_more_than_a_number_of_commands() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let params = |number: usize| {
        sh("echo; sleep 1000", json!({"processId": number.to_string(), "streamStdoutStderr": true}))
    };
    let running: Vec<_> = (0..64).map(|number| server.send("command/exec", params(number))).collect();
    for number in 0..64 {
        let name = number.to_string();
        server.expect_where("command/exec/outputDelta", |delta| delta["processId"] == name.as_str());
    }
    let refusal = server.refused("command/exec", params(64));
    assert!(refusal.code == -32600 && refusal.message.contains("64 commands are running"), "{refusal:?}");
    for (number, running) in running.into_iter().enumerate() {
        server.ok("command/exec/terminate", json!({"processId": number.to_string()}));
        server.answer(running).unwrap();
    }
    server.ok("command/exec", sh("true", json!({})));
}
