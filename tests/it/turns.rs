//! Turns: their story on the wire, what the model is asked, and what a failing model looks like.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::normalize::Normalizer;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use codex_tests::trace;
use expect_test::{Expect, expect};
use serde_json::json;

use crate::support;

fn check_turn(script: impl IntoIterator<Item = Reply>, expected: Expect) {
    let model = MockModel::start(script);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    expected.assert_eq(&trace::story(turn.messages(), &mut Normalizer::new(&[&home.work()])));
}

#[test]
fn text_is_streamed_as_it_comes() {
    check_turn(
        [Reply::reasoning("**Thinking**").and_text(&["Hello, ", "how can ", "I help?"])],
        expect![[r#"
            thread/status/changed active flags []
            turn/started inProgress
            item/started userMessage
            item/completed userMessage
            item/started reasoning
            item/reasoning/summaryPartAdded
            item/reasoning/summaryTextDelta "**Thinking**"
            item/completed reasoning
            item/started agentMessage ""
            item/agentMessage/delta "Hello, how can I help?"
            item/completed agentMessage "Hello, how can I help?"
            thread/status/changed idle
            turn/completed completed
        "#]],
    );
}

#[test]
fn a_model_that_fails_ends_the_turn_as_failed() {
    check_turn(
        [Reply::status(500, json!({"error": {"message": "boom"}}))],
        expect![[r#"
            thread/status/changed active flags []
            turn/started inProgress
            item/started userMessage
            item/completed userMessage
            thread/status/changed systemError
            error will retry false
            turn/completed failed
        "#]],
    );
}

#[test]
fn failures_have_classes_that_a_client_can_branch_on() {
    let boom = json!({"error": {"message": "boom"}});
    let limit = json!({"error": {"type": "usage_limit_reached", "message": "no more", "plan_type": "plus"}});
    for (reply, info) in [
        (Reply::status(503, boom.clone()), json!({"httpConnectionFailed": {"httpStatusCode": 503}})),
        (Reply::status(401, boom.clone()), json!({"httpConnectionFailed": {"httpStatusCode": 401}})),
        (Reply::status(429, boom.clone()), json!({"responseTooManyFailedAttempts": {"httpStatusCode": 429}})),
        (Reply::status(429, limit), json!("usageLimitExceeded")),
        (Reply::status(400, boom), json!("other")),
        (Reply::default().then_fail("context_length_exceeded"), json!("contextWindowExceeded")),
        (Reply::default().then_fail("insufficient_quota"), json!("usageLimitExceeded")),
        (Reply::text("part").then_disconnect(), json!("other")),
    ] {
        let model = MockModel::start([reply, Reply::text("still here")]);
        let home = Home::with_model(&model, "");
        let mut server = AppServer::start(&home);
        let thread = server.start_thread(&home);
        let turn = server.run_turn(&thread, "go");
        assert_eq!(turn.status(), "failed");
        assert_eq!(turn.end()["error"]["codexErrorInfo"], info);
        assert!(turn.end()["error"].get("additionalDetails").is_some(), "clients need all three members");
        let errors = turn.all("error");
        assert_eq!(errors.last().unwrap()["willRetry"], false);
        assert_eq!(errors.last().unwrap()["error"], turn.end()["error"]);
        if info != json!("contextWindowExceeded") {
            assert_eq!(server.run_turn(&thread, "again").text(), "still here", "the thread goes on");
        }
    }
}

#[test]
fn a_broken_stream_is_tried_again_and_told() {
    let model = MockModel::start([Reply::text("par").then_disconnect(), Reply::text("whole")]);
    let home = Home::with_model(&model, "- provider stream_max_retries = 2");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!((turn.status(), turn.text()), ("completed", "whole"));
    let told = turn.all("error");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["willRetry"], true);
    assert_eq!(
        told[0]["error"]["codexErrorInfo"],
        json!({"responseStreamDisconnected": {"httpStatusCode": null}})
    );
}

#[test]
fn a_refused_request_is_tried_again_in_silence() {
    let busy = Reply::status(503, json!({})).with_header("retry-after", "0");
    let model = MockModel::start([busy.clone(), busy, Reply::text("third time lucky")]);
    let home = Home::with_model(&model, "- provider request_max_retries = 3");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!((turn.status(), turn.text()), ("completed", "third time lucky"));
    assert!(turn.all("error").is_empty());
}

#[test]
fn the_answer_comes_before_the_turn_and_the_end_comes_last() {
    let model = MockModel::start([Reply::text("hello")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let id = server.start_turn(&thread, "go");
    let answered_at = server.position(|message| message["result"]["turn"]["id"] == id.as_str());
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.id(), id);
    assert!(answered_at < server.position(|message| message["method"] == "turn/started"));
    let mine = turn.messages().iter().filter_map(|message| message["params"]["turnId"].as_str());
    assert!(mine.clone().count() > 3);
    assert!(mine.clone().all(|turn| turn == id), "every message names its turn");
    let usage = turn.all("thread/tokenUsage/updated");
    assert_eq!(usage.len(), 1, "one per answer of the model");
    assert_eq!(usage[0]["tokenUsage"]["total"]["totalTokens"], 120);
    assert!(usage[0]["tokenUsage"].get("modelContextWindow").is_some());
    let summary = turn.end();
    assert_eq!(
        (summary["itemsView"].as_str(), summary["items"][0]["text"].as_str()),
        (Some("summary"), Some("hello"))
    );
    assert!(summary["durationMs"].is_i64() && summary["completedAt"].is_i64() && summary["error"].is_null());
}

#[test]
fn input_reaches_the_model() {
    let model = MockModel::start([Reply::text("seen")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let schema = json!({"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"],
        "additionalProperties": false});
    let input =
        json!([{"type": "text", "text": "look", "text_elements": []}, {"type": "image", "url": pixel}]);
    server.ok(
        "turn/start",
        json!({"threadId": thread, "input": input, "outputSchema": schema, "clientUserMessageId": "mine"}),
    );
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.item("userMessage")["clientId"], "mine");
    assert_eq!(turn.item("userMessage")["content"].as_array().map(Vec::len), Some(2));
    let asked = model.wait_for_request(1);
    assert_eq!(asked["text"]["format"]["schema"], schema);
    let text = asked["input"].to_string();
    assert!(text.contains("look") && text.contains(pixel), "{text}");
}

#[test]
fn images_of_this_machine_reach_the_model() {
    let model = MockModel::start([Reply::text("seen")]);
    let home = Home::with_model(&model, "");
    support::write_png(&home.work().join("a.png"));
    std::fs::create_dir(home.work().join("sub")).unwrap();
    let mut server = AppServer::start(&home);
    // A relative path counts from the server's directory, wherever the thread works.
    let thread = server.start_thread_with(&home, json!({"cwd": home.work().join("sub")}));
    let paths = [home.work().join("a.png"), "a.png".into(), home.work().join("none.png")];
    let input: Vec<_> = paths.iter().map(|path| json!({"type": "localImage", "path": path})).collect();
    server.ok("turn/start", json!({"threadId": thread, "input": input}));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.status(), turn.text()), ("completed", "seen"));
    assert_eq!(turn.item("userMessage")["content"][1]["path"], "a.png");
    let asked = model.wait_for_request(1)["input"].to_string();
    assert_eq!(asked.matches(&support::png_url()).count(), 2, "{asked}");
    assert!(asked.contains("none.png` could not be attached: No such file"), "{asked}");
}

#[test]
fn empty_input_is_accepted() {
    let model = MockModel::start([Reply::text("yes?")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.ok("turn/start", json!({"threadId": thread, "input": []}));
    assert_eq!(server.wait_turn(&thread).text(), "yes?");
}

#[test]
fn steering_joins_the_running_turn() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("one ").until(&gate), Reply::text("steered")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.start_turn(&thread, "go");
    model.wait_for_request(1);
    let input = json!([{"type": "text", "text": "to the left", "text_elements": []}]);
    let steer = |turn: &str| {
        json!({"threadId": thread, "expectedTurnId": turn, "input": input,
        "clientUserMessageId": "steer"})
    };
    let wrong = server.refused("turn/steer", steer("01a204c2-4887-7bf2-88cb-1e909b637fb4"));
    assert_eq!(wrong.code, -32600);
    assert!(wrong.message.starts_with("expected active turn id"), "{}", wrong.message);
    assert_eq!(server.ok("turn/steer", steer(&turn))["turnId"], turn.as_str());
    gate.open();
    let end = server.wait_turn(&thread);
    assert_eq!((end.id(), end.text()), (turn.as_str(), "steered"));
    assert_eq!(end.items("userMessage").last().unwrap()["clientId"], "steer");
    assert!(model.wait_for_request(2)["input"].to_string().contains("to the left"));
    assert_eq!(server.refused("turn/steer", steer(&turn)).code, -32600);
}

#[test]
fn starting_while_a_turn_runs_joins_it() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("one ").until(&gate), Reply::text("both")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let first = server.start_turn(&thread, "go");
    model.wait_for_request(1);
    let second = server.start_turn(&thread, "and more");
    assert_eq!(first, second, "the answer names the running turn");
    gate.open();
    let end = server.wait_turn(&thread);
    assert_eq!(end.text(), "both");
    assert_eq!(server.seen("turn/started").len(), 1);
}

#[test]
fn a_plan_is_shown() {
    let plan = json!({"explanation": "in two steps", "plan": [{"step": "look", "status": "completed"},
        {"step": "act", "status": "in_progress"}]});
    let model = MockModel::start([Reply::call("update_plan", &plan), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!(turn.text(), "done");
    let shown = turn.all("turn/plan/updated");
    assert_eq!(shown.len(), 1);
    assert_eq!(
        shown[0]["plan"],
        json!([{"step": "look", "status": "completed"}, {"step": "act", "status": "inProgress"}])
    );
}

#[test]
fn a_command_shows_its_output() {
    let model = MockModel::start([Reply::shell("echo one; echo two >&2; exit 3"), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    let item = turn.item("commandExecution");
    assert_eq!((item["status"].as_str(), item["exitCode"].as_i64()), (Some("failed"), Some(3)));
    let output = item["aggregatedOutput"].as_str().unwrap();
    assert!(output.contains("one\n") && output.contains("two\n"), "{output:?}");
    assert_eq!(turn.streamed("item/commandExecution/outputDelta"), output, "every byte is also streamed");
    let told = model.wait_for_request(2)["input"].to_string();
    assert!(told.contains("one") && told.contains("two"), "the model reads it as well: {told}");
}

#[test]
fn parallel_calls_are_all_answered_in_order() {
    let reply = Reply::call("exec_command", &json!({"cmd": "echo first"}))
        .and_call("exec_command", &json!({"cmd": "echo second"}))
        .and_call("no_such_tool", &json!({}))
        .and_call("exec_command", &json!({"no": "command"}));
    let model = MockModel::start([reply, Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").text(), "done");
    let input = model.wait_for_request(2)["input"].clone();
    let outputs = input.as_array().unwrap().iter().filter(|item| item["type"] == "function_call_output");
    let ids: Vec<_> = outputs.map(|item| item["call_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["call_1_0", "call_1_1", "call_1_2", "call_1_3"], "one output for each call");
}
