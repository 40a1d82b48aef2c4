//! The model inside the server, as the extension developer uses it who has neither account nor network.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use codex_tests::turn::Turn;
use serde_json::json;

fn play(script: &str) -> Turn {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, script)
}

#[test]
fn text_comes_word_by_word() {
    let turn = play("say Hello out there");
    assert_eq!((turn.status(), turn.text()), ("completed", "Hello out there"));
    assert!(turn.all("item/agentMessage/delta").len() > 1);
    assert_eq!(turn.streamed("item/agentMessage/delta"), "Hello out there");
}

#[test]
fn reasoning_has_parts_and_may_be_raw() {
    let turn = play("think Weighing it. | Decided.\nsay done");
    assert_eq!(turn.item("reasoning")["summary"], json!(["Weighing it.", "Decided."]));
    assert_eq!(turn.all("item/reasoning/summaryPartAdded").len(), 2);
    let streamed = turn.all("item/reasoning/summaryTextDelta");
    assert!(streamed.iter().any(|delta| delta["summaryIndex"] == 1), "{streamed:?}");
    let turn = play("think-raw Unsummarised thoughts\nsay done");
    assert_eq!(turn.item("reasoning")["content"], json!(["Unsummarised thoughts"]));
    assert_eq!(turn.streamed("item/reasoning/textDelta"), "Unsummarised thoughts");
}

/// A program on a terminal that outlives its call.
#[test]
fn a_session_on_a_terminal_takes_input() {
    let script = "shell {\"cmd\": \"read line; echo got $line\", \"tty\": true, \"yield_time_ms\": 250}\n\
                  stdin x\\n\n\
                  say It printed {output2}";
    let turn = play(script);
    assert_eq!(turn.status(), "completed");
    assert!(turn.text().contains("got x"), "`write_stdin` returns what came: {}", turn.text());
    let typed = turn.all("item/commandExecution/terminalInteraction");
    assert_eq!(typed.len(), 1);
    assert_eq!(typed[0]["stdin"], "x\n");
    let item = turn.item("commandExecution");
    assert_eq!((&item["exitCode"], &typed[0]["itemId"]), (&json!(0), &item["id"]));
}

#[test]
fn a_plan_is_kept_up_to_date() {
    let turn = play("plan [>] write; [ ] check\nplan [x] write; [x] check\nsay Written.");
    let plans = turn.all("turn/plan/updated");
    let states = |index: usize| -> Vec<&str> {
        plans[index]["plan"].as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap()).collect()
    };
    assert_eq!(
        (plans.len(), states(0), states(1)),
        (2, vec!["inProgress", "pending"], vec!["completed", "completed"])
    );
}

#[test]
fn the_demonstration_runs_to_its_end() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread_with(&home, json!({"approvalPolicy": "on-request"}));
    server.start_turn(&thread, "demo");
    let question = server.asked("item/commandExecution/requestApproval");
    server.reply(&question, json!({"decision": "accept"}));
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.status(), "completed");
    assert!(!turn.items("commandExecution").is_empty() && !turn.text().is_empty());
}

#[test]
fn failures_can_be_rehearsed() {
    for (script, info) in [
        ("usage-limit plus", json!("usageLimitExceeded")),
        ("overflow", json!("contextWindowExceeded")),
        ("http 401 No", json!({"httpConnectionFailed": {"httpStatusCode": 401}})),
    ] {
        let turn = play(script);
        assert_eq!((turn.status(), &turn.end()["error"]["codexErrorInfo"]), ("failed", &info), "{script}");
    }
}

#[test]
fn unread_words_of_the_rehearsal_model_cost_no_memory() {
    const COUNT: usize = 100_000;
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let other = server.start_thread(&home);
    let busy = server.start_thread(&home);
    server.expect_where("thread/started", |params| params["thread"]["id"] == busy.as_str());
    let before = codex_tests::process::memory_kib(server.pid());
    // The other thread's command leaves the first one two seconds to fill whatever can be filled.
    server.start_turn(&other, "shell sleep 2; touch other.txt\nsay done");
    server.count_only("item/agentMessage/delta");
    server.pause_reading();
    let input = json!([{"type": "text", "text": format!("words {COUNT}"), "text_elements": []}]);
    let start = server.send("turn/start", json!({"threadId": busy, "input": input}));
    codex_tests::process::wait_for_file(&home.work().join("other.txt"));
    let grown = codex_tests::process::memory_kib(server.pid()).saturating_sub(before);
    server.resume_reading();
    server.answer(start).unwrap();
    assert_eq!(server.wait_turn(&busy).text().split_whitespace().count(), COUNT);
    assert_eq!(server.wait_turn(&other).text(), "done");
    assert!(server.counted() > COUNT);
    assert!(grown < 8 * 1024, "memory grew by {grown} KiB while nobody read");
}

/// They are for those who show thoughts; who speaks the protocol gets them all and decides.
#[test]
fn settings_about_showing_thoughts_change_nothing_here() {
    for shows in ["true", "false"] {
        let home = Home::with_rehearsal(&format!(
            "- config hide_agent_reasoning = {shows}\n- config show_raw_agent_reasoning = {shows}"
        ));
        let mut server = AppServer::start(&home);
        let thread = server.start_thread(&home);
        let turn = server.run_turn(&thread, "think Weighing it.\nthink-raw Unsummarised thoughts\nsay done");
        assert_eq!(turn.streamed("item/reasoning/summaryTextDelta"), "Weighing it.");
        assert_eq!(turn.streamed("item/reasoning/textDelta"), "Unsummarised thoughts");
        assert_eq!(turn.items("reasoning").len(), 2);
        assert!(server.seen("configWarning").is_empty(), "they are known");
    }
}
