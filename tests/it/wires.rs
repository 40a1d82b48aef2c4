//! The same turns over every wire: calls and their results, reasoning, usage, failures, and what servers should not do.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::normalize::Normalizer;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::trace;
use codex_tests::turn::Turn;
use expect_test::expect;
use serde_json::{Value, json};

const CHAT: &str = "- provider wire_api = \"chat\"";
const ANTHROPIC: &str = "- provider wire_api = \"anthropic\"";

fn run(fixture: &str, model: &MockModel) -> (Home, Turn) {
    let home = Home::with_model(model, fixture);
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    (home, turn)
}

fn last_of(body: &Value, count: usize) -> Vec<Value> {
    let messages = body["messages"].as_array().unwrap();
    messages.iter().skip(messages.len() - count).cloned().collect()
}

/// A turn in which the model thinks, speaks and calls, over a wire that shows its thoughts like this. Returns the second
/// request.
fn check_turn_with_a_call(wire: &str, thoughts: &str) -> Value {
    let thinks = Reply::reasoning("Let me see.")
        .and_text(&["I will ", "look."])
        .and_call("exec_command", &json!({"cmd": "echo found"}));
    let model = MockModel::start([thinks, Reply::text("All is well.")]);
    let (home, turn) = run(wire, &model);
    let story = trace::story(turn.messages(), &mut Normalizer::new(&[&home.work()]));
    expect![[r#"
        thread/status/changed active flags []
        turn/started inProgress
        item/started userMessage
        item/completed userMessage
        item/started reasoning
        THOUGHTS
        item/completed reasoning
        item/started agentMessage ""
        item/agentMessage/delta "I will look."
        item/completed agentMessage "I will look."
        item/started commandExecution inProgress "/bin/bash -lc 'echo found'"
        item/commandExecution/outputDelta "found\n"
        item/completed commandExecution completed "/bin/bash -lc 'echo found'" "found\n" exit 0
        item/started agentMessage ""
        item/agentMessage/delta "All is well."
        item/completed agentMessage "All is well."
        thread/status/changed idle
        turn/completed completed
    "#]]
    .assert_eq(&story.replace(thoughts, "THOUGHTS"));
    let usage = turn.all("thread/tokenUsage/updated");
    assert_eq!(usage.last().unwrap()["tokenUsage"]["total"]["totalTokens"], 240);
    model.requests()[1].clone()
}

#[test]
fn a_turn_with_a_call_over_chat_completions() {
    let second = check_turn_with_a_call(CHAT, "item/reasoning/textDelta \"Let me see.\"");
    assert_eq!(second["stream_options"]["include_usage"], true);
    let said = last_of(&second, 2);
    assert_eq!(said[0]["reasoning_content"], "Let me see.");
    assert_eq!((&said[0]["role"], &said[0]["content"]), (&json!("assistant"), &json!("I will look.")));
    assert_eq!(
        said[0]["tool_calls"][0]["function"],
        json!({"name": "exec_command", "arguments": "{\"cmd\":\"echo found\"}"})
    );
    assert_eq!(
        (&said[1]["role"], &said[1]["tool_call_id"]),
        (&json!("tool"), &said[0]["tool_calls"][0]["id"])
    );
    assert!(said[1]["content"].as_str().unwrap().contains("found"), "{}", said[1]);
}

#[test]
fn a_turn_with_a_call_over_anthropic_messages() {
    let thoughts = "item/reasoning/summaryPartAdded\nitem/reasoning/summaryTextDelta \"Let me see.\"";
    let second = check_turn_with_a_call(ANTHROPIC, thoughts);
    assert_eq!(second["system"][0]["type"], "text");
    let said = last_of(&second, 2);
    let blocks = said[0]["content"].as_array().unwrap();
    assert_eq!(blocks[0], json!({"type": "thinking", "thinking": "Let me see.", "signature": "signature-1"}));
    assert_eq!(blocks[1], json!({"type": "text", "text": "I will look."}));
    assert_eq!(
        (&blocks[2]["name"], &blocks[2]["input"]),
        (&json!("exec_command"), &json!({"cmd": "echo found"}))
    );
    let result = &said[1]["content"][0];
    assert_eq!((&result["type"], &result["tool_use_id"]), (&json!("tool_result"), &blocks[2]["id"]));
    assert!(result["content"][0]["text"].as_str().unwrap().contains("found"), "{result}");
}

#[test]
fn failures_have_the_same_classes_over_every_wire() {
    let boom = json!({"type": "error", "error": {"message": "boom"}});
    for wire in [CHAT, ANTHROPIC] {
        for (reply, info) in [
            (Reply::status(503, boom.clone()), json!({"httpConnectionFailed": {"httpStatusCode": 503}})),
            (Reply::status(401, boom.clone()), json!({"httpConnectionFailed": {"httpStatusCode": 401}})),
            (
                Reply::status(429, boom.clone()),
                json!({"responseTooManyFailedAttempts": {"httpStatusCode": 429}}),
            ),
            (Reply::text("a").then_fail("overloaded_error"), json!("serverOverloaded")),
            (Reply::default().then_fail("context_length_exceeded"), json!("contextWindowExceeded")),
            (Reply::text("part").then_disconnect(), json!("other")),
            (Reply::raw("<html>busy</html>"), json!("other")),
            (Reply::raw(""), json!("other")),
            (
                Reply::raw(
                    "data: {\"choices\": \"none\", \"delta\": 7, \"type\": \"content_block_delta\"}\n\n",
                ),
                json!("other"),
            ),
        ] {
            let model = MockModel::start([reply]);
            let (_, turn) = run(wire, &model);
            assert_eq!(turn.status(), "failed", "{wire} {info}");
            assert_eq!(turn.end()["error"]["codexErrorInfo"], info, "{wire}");
        }
    }
}

#[test]
fn what_may_succeed_later_is_tried_again() {
    for wire in [CHAT, ANTHROPIC] {
        let overloaded = Reply::text("par").then_fail("overloaded_error");
        let cut =
            Reply::text("par").and_call("exec_command", &json!({"cmd": "echo never"})).then_disconnect();
        let model = MockModel::start([overloaded, cut, Reply::text("whole")]);
        let (_, turn) = run(&format!("{wire}\n- provider stream_max_retries = 2"), &model);
        assert_eq!((turn.status(), turn.text()), ("completed", "whole"), "{wire}");
        assert_eq!(turn.all("error").len(), 2);
    }
}

#[test]
fn calls_that_no_server_should_make_are_answered() {
    for wire in [CHAT, ANTHROPIC] {
        let calls = Reply::default()
            .and_call_with_id("exec_command", &json!({"cmd": "echo one"}), "same")
            .and_call_with_id("exec_command", &json!({"cmd": "echo two"}), "same")
            .and_call_with_id("exec_command", &json!({"cmd": "echo three"}), "")
            .and_call_with_id("no_such_tool", &json!({"x": 1}), "d")
            .and_call_with_id("exec_command", &json!("no object"), "e");
        let again = Reply::default().and_call_with_id("exec_command", &json!({"cmd": "echo four"}), "same");
        let model = MockModel::start([calls, again, Reply::text("done")]);
        let (_, turn) = run(wire, &model);
        assert_eq!((turn.status(), turn.text()), ("completed", "done"), "{wire}");
        let sent = model.requests()[2]["messages"].to_string();
        for output in ["one", "two", "three", "four"] {
            assert!(sent.contains(&format!("Output:\\n{output}")), "{wire}: no {output} in {sent}");
        }
        assert!(sent.contains("unsupported call: no_such_tool"), "{wire}: {sent}");
    }
}

#[test]
fn ten_megabytes_of_arguments_are_one_call() {
    for wire in [CHAT, ANTHROPIC] {
        let arguments = json!({"x": "y".repeat(10_000_000)});
        let model = MockModel::start([Reply::call("no_such_tool", &arguments), Reply::text("done")]);
        let (_, turn) = run(wire, &model);
        assert_eq!((turn.status(), turn.text()), ("completed", "done"), "{wire}");
    }
}

#[test]
fn a_conversation_moves_from_one_wire_to_another() {
    let model = MockModel::start([
        Reply::reasoning("over chat").and_call("exec_command", &json!({"cmd": "echo one"})),
        Reply::text("first"),
        Reply::text("second"),
        Reply::text("third"),
    ]);
    let home = Home::with_model(&model, CHAT);
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "one");
    server.close();
    for wire in ["anthropic", "responses"] {
        let settings = std::fs::read_to_string(home.codex_home().join("config.toml")).unwrap();
        let old = settings.lines().find(|line| line.starts_with("wire_api")).unwrap();
        let changed = settings.replace(old, &format!("wire_api = \"{wire}\""));
        std::fs::write(home.codex_home().join("config.toml"), changed).unwrap();
        let mut server = AppServer::start(&home);
        server.ok("thread/resume", json!({"threadId": thread}));
        assert_eq!(server.run_turn(&thread, "on").status(), "completed", "{wire}");
        server.close();
    }
    let requests = model.requests();
    for request in &requests[2..] {
        let text = request.to_string();
        assert!(
            text.contains("echo one") && !text.contains("over chat") && !text.contains("codex-wire"),
            "{text}"
        );
    }
    let kinds: Vec<_> =
        requests[3]["input"].as_array().unwrap().iter().map(|item| item["type"].clone()).collect();
    assert!(kinds.contains(&json!("function_call_output")), "{kinds:?}");
}
