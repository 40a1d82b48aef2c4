//! A model server that fails, in every way it can: what is tried again, after which delay, what the user is told, and
//! what becomes of what was said before.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use codex_tests::bare::{Answer, BareServer};
use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use codex_tests::turn::Turn;
use serde_json::{Value, json};

/// A turn with these replies, and how often the model was asked.
fn run(fixture: &str, replies: impl IntoIterator<Item = Reply>) -> (Turn, usize, Duration) {
    let model = MockModel::start(replies);
    let home = Home::with_model(&model, fixture);
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let began = Instant::now();
    let turn = server.run_turn(&thread, "go");
    (turn, model.requests().len(), began.elapsed())
}

fn texts(turn: &Turn) -> Vec<String> {
    turn.items("agentMessage").iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect()
}

/// Class and `willRetry` of each error that a turn told.
fn told(turn: &Turn) -> Vec<(Value, bool)> {
    let errors = turn.all("error").into_iter();
    errors.map(|error| (error["error"]["codexErrorInfo"].clone(), error["willRetry"] == true)).collect()
}

fn disconnected(status: Option<u16>) -> (Value, bool) {
    (json!({"responseStreamDisconnected": {"httpStatusCode": status}}), true)
}

/// An answer that breaks off in the middle of a message.
fn half_a_sentence() -> Answer {
    let events = [
        json!({"type": "response.output_item.added", "output_index": 0,
            "item": {"type": "message", "id": "m", "role": "assistant", "content": []}}),
        json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m",
            "delta": "First half"}),
    ];
    Answer::stream(&events.map(|event| format!("data: {event}\n\n")).concat())
}

#[test]
fn text_of_an_attempt_that_broke_off_is_kept_and_told_once() {
    let asked = AtomicUsize::new(0);
    let model = BareServer::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => half_a_sentence(),
        _ => Answer::reply(&Reply::text("All of it.")),
    });
    let home = Home::bare(&format!(
        "- config model_provider = \"mine\"\n- config model_providers.mine = {{ base_url = \"http://{}/v1\" }}",
        model.address()
    ));
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!((turn.status(), texts(&turn)), ("completed", vec!["First half".into(), "All of it.".into()]));
    assert_eq!(told(&turn), [disconnected(None)]);
    assert_eq!(turn.streamed("item/agentMessage/delta"), "First halfAll of it.");
    assert_eq!(turn.all("item/started").len(), turn.all("item/completed").len(), "what begins ends");
    // A person who comes later sees what was seen; the model does not read half a sentence as its own.
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    let items = read["thread"]["turns"][0]["items"].as_array().unwrap();
    let shown: Vec<_> = items.iter().filter_map(|item| item["text"].as_str()).collect();
    assert_eq!(shown, ["First half", "All of it."]);
    server.run_turn(&thread, "more");
    let history = &model.seen()[2].body;
    assert!(history.contains("All of it.") && !history.contains("First half"), "{history}");
}

#[test]
fn a_call_of_an_attempt_that_broke_off_runs_once() {
    let model = MockModel::start([Reply::shell("echo x >> ran").then_disconnect(), Reply::text("done")]);
    let home = Home::with_model(&model, "- provider stream_max_retries = 1");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!((turn.status(), turn.text()), ("completed", "done"));
    assert_eq!(std::fs::read_to_string(home.work().join("ran")).unwrap(), "x\n");
    let history = model.wait_for_request(2)["input"].to_string();
    assert!(history.contains("function_call_output"), "its output is known: {history}");
}

#[test]
fn a_server_that_falls_silent_is_asked_again() {
    let gate = Gate::new();
    let home_settings = "- provider stream_max_retries = 1";
    let model = MockModel::start([Reply::text("hel").until(&gate), Reply::text("hello")]);
    let home = Home::with_model(&model, home_settings);
    let flag = ["-c", "model_providers.mock.stream_idle_timeout_ms=300"];
    let mut server = AppServer::start_with(&home, &flag);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!((turn.status(), texts(&turn)), ("completed", vec!["hel".into(), "hello".into()]));
    assert_eq!(told(&turn), [disconnected(None)]);
    let details = turn.all("error")[0]["error"]["additionalDetails"].as_str().unwrap();
    assert!(details.contains("silent for 0.3 s (`stream_idle_timeout_ms`)"), "{details}");
    model.wait_for_abandoned(1);
}

#[test]
fn retries_are_counted_in_what_the_user_is_told_and_end() {
    let replies = (0..3).map(|_| Reply::text("x").then_disconnect());
    let (turn, asked, _) = run("- provider stream_max_retries = 2", replies);
    assert_eq!((turn.status(), asked), ("failed", 3));
    assert_eq!(told(&turn), [disconnected(None), disconnected(None), (json!("other"), false)]);
    let messages: Vec<_> = turn.all("error").iter().map(|error| error["error"]["message"].clone()).collect();
    assert_eq!(messages[..2], ["Reconnecting... 1/2", "Reconnecting... 2/2"]);
    assert_eq!(turn.end()["error"]["message"], messages[2]);
}

#[test]
fn what_the_server_reports_in_mid_answer_is_tried_again_only_where_that_helps() {
    let twice = "- provider stream_max_retries = 2";
    let (turn, asked, _) = run(twice, [Reply::text("a").then_fail("server_error"), Reply::text("b")]);
    assert_eq!((turn.status(), turn.text(), asked), ("completed", "b", 2));
    for (code, class) in [
        ("insufficient_quota", json!("usageLimitExceeded")),
        ("usage_not_included", json!("usageLimitExceeded")),
        ("server_is_overloaded", json!("serverOverloaded")),
        ("invalid_prompt", json!("other")),
    ] {
        let (turn, asked, _) = run(twice, [Reply::text("a").then_fail(code)]);
        assert_eq!((turn.status(), asked), ("failed", 1), "{code}");
        assert_eq!(told(&turn), [(class, false)], "{code}");
        assert_eq!(texts(&turn), ["a"], "{code}");
    }
}

#[test]
fn a_delay_that_the_server_asks_for_is_kept() {
    let body = |message: &str| json!({"error": {"message": message, "code": "rate_limit_exceeded"}});
    for (header, value, message, most_retries) in [
        ("retry-after-ms", "300", "slow", "request"),
        ("x-unrelated", "1", "Please try again in 0.3s.", "request"),
        ("x-unrelated", "1", "Please try again in 300ms.", "stream"),
    ] {
        let busy = Reply::status(429, body(message)).with_header(header, value);
        let fixture = format!("- provider {most_retries}_max_retries = 1");
        let (turn, asked, took) = run(&fixture, [busy, Reply::text("hi")]);
        assert_eq!((turn.status(), turn.text(), asked), ("completed", "hi", 2), "{header} {message}");
        assert!(took >= Duration::from_millis(300), "{header} {message}: {took:?}");
        let expected = if most_retries == "stream" { vec![disconnected(Some(429))] } else { vec![] };
        assert_eq!(told(&turn), expected, "{header} {message}");
    }
}

#[test]
fn nobody_waits_for_hours() {
    let busy = Reply::status(429, json!({"error": {"message": "slow"}})).with_header("retry-after", "7200");
    let (turn, asked, _) = run("- provider stream_max_retries = 3", [busy]);
    assert_eq!((turn.status(), asked), ("failed", 1));
    assert_eq!(told(&turn), [(json!({"responseTooManyFailedAttempts": {"httpStatusCode": 429}}), false)]);
}

#[test]
fn a_limit_that_is_used_up_says_when_it_begins_anew() {
    let body = json!({"error": {"type": "usage_limit_reached", "message": "limit", "plan_type": "plus",
        "resets_at": 4_102_444_800_i64}});
    let used_up = Reply::status(429, body)
        .with_header("x-codex-primary-used-percent", "100")
        .with_header("x-codex-primary-window-minutes", "300")
        .with_header("x-codex-primary-reset-at", "4102444800");
    let (turn, asked, _) = run("- provider stream_max_retries = 3", [used_up]);
    assert_eq!((turn.status(), asked), ("failed", 1));
    assert_eq!(told(&turn), [(json!("usageLimitExceeded"), false)]);
    let message = turn.end()["error"]["message"].as_str().unwrap();
    assert!(message.contains("(plus)") && message.contains("resets on"), "{message}");
}

#[test]
fn limits_that_an_answer_does_not_mention_stay_as_they_were() {
    let window = |name: &str, percent: &str| {
        vec![
            (format!("x-codex-{name}-used-percent"), percent.to_owned()),
            (format!("x-codex-{name}-window-minutes"), "300".to_owned()),
        ]
    };
    let headers =
        [[window("primary", "10"), window("secondary", "20")].concat(), window("primary", "30"), vec![]];
    let answers = std::sync::Mutex::new(headers.into_iter());
    let model = BareServer::start(move |_| {
        Answer::reply(&Reply::text("hi")).with_headers(answers.lock().unwrap().next().unwrap_or_default())
    });
    let home = Home::bare(&format!(
        "- config model_provider = \"mine\"\n- config model_providers.mine = {{ base_url = \"http://{}/v1\" }}",
        model.address()
    ));
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let percents = |server: &AppServer| {
        let seen = server.seen("account/rateLimits/updated");
        let last = seen.last().map_or(Value::Null, |params| params["rateLimits"].clone());
        ["primary", "secondary"].map(|name| last[name]["usedPercent"].as_f64())
    };
    for expected in [[Some(10.0), Some(20.0)], [Some(30.0), Some(20.0)], [Some(30.0), Some(20.0)]] {
        server.run_turn(&thread, "go");
        assert_eq!(percents(&server), expected);
    }
}

#[test]
fn tokens_are_counted_for_each_answer_and_in_total() {
    let replies = [Reply::shell("true"), Reply::text("one"), Reply::text("two")];
    let model = MockModel::start(replies);
    let home = Home::with_model(&model, "- config model_context_window = 10000");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let usage = |turn: &Turn| turn.all("thread/tokenUsage/updated").last().unwrap()["tokenUsage"].clone();
    let first = usage(&server.run_turn(&thread, "go"));
    assert_eq!((&first["last"]["totalTokens"], &first["total"]["totalTokens"]), (&json!(120), &json!(240)));
    assert_eq!(first["modelContextWindow"], 9500);
    let second = usage(&server.run_turn(&thread, "again"));
    assert_eq!((&second["last"]["inputTokens"], &second["total"]["totalTokens"]), (&json!(100), &json!(360)));
    for part in ["last", "total"] {
        assert!(
            second[part]["cachedInputTokens"].is_number()
                && second[part]["reasoningOutputTokens"].is_number()
        );
    }
}

#[test]
fn an_overflow_is_summed_up_and_the_turn_goes_on() {
    let model = MockModel::start([
        Reply::text("Long ago."),
        Reply::default().then_fail("context_length_exceeded"),
        Reply::text("SUMMARY"),
        Reply::text("Here I am."),
    ]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "first");
    let turn = server.run_turn(&thread, "second");
    assert_eq!((turn.status(), turn.text()), ("completed", "Here I am."));
    assert_eq!(turn.items("contextCompaction").len(), 1);
    assert!(turn.all("error").is_empty());
    assert!(model.wait_for_request(4)["input"].to_string().contains("SUMMARY"));
}
