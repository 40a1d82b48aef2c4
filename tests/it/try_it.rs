//! `try`: what a person sees, and what a script can rely on.

use std::path::Path;

use codex_tests::binary;
use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::program::Program;
use codex_tests::reply::{Gate, Reply};
use rustix::process::Signal;
use serde_json::json;

fn escalated() -> [Reply; 2] {
    let call = json!({"cmd": "touch ../outside.txt", "sandbox_permissions": "require_escalated",
        "justification": "May I?"});
    [Reply::call("exec_command", &call), Reply::text("done")]
}

#[test]
fn text_and_commands_go_to_stdout() {
    let model = MockModel::start([
        Reply::default()
            .and_text(&["I will ", "run it."])
            .and_call("exec_command", &json!({"cmd": "echo one; exit 3"})),
        Reply::text("done"),
    ]);
    let home = Home::with_model(&model, "");
    let ended = Program::start_try(&home, &["go"], "").end();
    assert_eq!(ended.status.code(), Some(0));
    let lines: Vec<&str> = ended.output.lines().collect();
    assert!(
        matches!(lines[..], ["I will run it.", command, "one", "(exit code 3)", "done"]
        if command.starts_with("$ ") && command.contains("echo one; exit 3")),
        "{lines:?}"
    );
    assert!(ended.errors.contains("try --resume "), "{}", ended.errors);
}

#[test]
fn without_a_person_an_approval_is_denied_and_told() {
    let model = MockModel::start(escalated());
    let home = Home::with_model(&model, "");
    let ended = Program::start_try(&home, &["go"], "").end();
    assert_eq!(ended.status.code(), Some(0));
    assert!(
        ended.errors.contains("touch ../outside.txt") && ended.errors.contains("denied"),
        "{}",
        ended.errors
    );
    assert!(ended.errors.contains("May I?"), "{}", ended.errors);
    assert!(!home.root().join("outside.txt").exists());
}

#[test]
fn flags_answer_approvals() {
    for (flag, made) in [("--yes", true), ("--deny", false)] {
        let model = MockModel::start(escalated());
        let home = Home::with_model(&model, "");
        let ended = Program::start_try(&home, &[flag, "go"], "").end();
        assert_eq!(ended.status.code(), Some(0));
        assert!(ended.errors.contains(flag), "{}", ended.errors);
        assert_eq!(home.root().join("outside.txt").exists(), made);
    }
}

#[test]
fn a_person_is_asked() {
    for (typed, made) in [("y\n", true), ("perhaps\nn\n", false), ("s\n", true), ("a\n", true)] {
        let model = MockModel::start(escalated());
        let home = Home::with_model(&model, "");
        let mut program = Program::start_try_on_terminal(&home, &["go"]);
        program.wait_for_error("[y/n/s/a] ");
        program.type_keys(typed);
        let ended = program.end();
        assert_eq!(ended.status.code(), Some(0), "{}", ended.output);
        assert!(ended.output.contains("done"), "{}", ended.output);
        assert_eq!(home.root().join("outside.txt").exists(), made, "{typed:?}: {}", ended.output);
        assert_eq!(home.codex_home().join("rules/default.rules").exists(), typed == "a\n");
    }
}

/// What was typed before the question is no answer to it.
#[test]
fn an_answer_cannot_be_typed_ahead() {
    let gate = Gate::new();
    let [call, done] = escalated();
    let model = MockModel::start([Reply::text("wait").until(&gate).and_all_of(call), done]);
    let home = Home::with_model(&model, "");
    let mut program = Program::start_try_on_terminal(&home, &["go"]);
    program.wait_for_error("waiting for the model");
    program.type_keys("y\n");
    gate.open();
    program.wait_for_error("[y/n/s/a] ");
    program.type_keys("n\n");
    let ended = program.end();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.output);
    assert!(!home.root().join("outside.txt").exists(), "{}", ended.output);
}

#[test]
fn ctrl_c_at_a_question_denies_it() {
    let model = MockModel::start(escalated());
    let home = Home::with_model(&model, "");
    let mut program = Program::start_try_on_terminal(&home, &["go"]);
    program.wait_for_error("[y/n/s/a] ");
    program.signal(Signal::INT);
    assert_eq!(program.end().status.code(), Some(130));
    assert!(!home.root().join("outside.txt").exists());
}

#[test]
fn a_session_asks_for_the_next_line() {
    let model = MockModel::start([Reply::text("first answer"), Reply::text("second answer")]);
    let home = Home::with_model(&model, "");
    let mut program = Program::start_try_on_terminal(&home, &[]);
    program.wait_for_error("> ");
    program.type_keys("one\n");
    program.wait_for_error("first answer\r\n> ");
    program.type_keys("two\n");
    program.wait_for_error("second answer\r\n> ");
    // Ctrl-D.
    program.type_keys("\u{4}");
    assert_eq!(program.end().status.code(), Some(0));
}

#[test]
fn each_line_is_a_turn_and_the_conversation_can_be_resumed() {
    let model = MockModel::start([
        Reply::text("first answer"),
        Reply::text("second answer"),
        Reply::text("third answer"),
    ]);
    let home = Home::with_model(&model, "");
    let ended = Program::start_try(&home, &[], "one\n\ntwo\n").end();
    assert_eq!((ended.status.code(), ended.output.as_str()), (Some(0), "first answer\nsecond answer\n"));
    let ended = Program::start_try(&home, &["--resume", "three"], "").end();
    assert_eq!(ended.output, "> one\nfirst answer\n> two\nsecond answer\nthird answer\n");
    let asked = model.wait_for_request(3)["input"].to_string();
    assert!(asked.contains("one") && asked.contains("second answer"), "{asked}");
}

#[test]
fn the_wire_can_be_shown() {
    let model = MockModel::start([Reply::text("hello")]);
    let home = Home::with_model(&model, "");
    let ended = Program::start_try(&home, &["--json", "go"], "").end();
    let methods = |arrow: char| -> Vec<String> {
        let lines = ended.output.lines().filter_map(move |line| line.strip_prefix(arrow));
        let messages = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        messages.filter_map(|message| message["method"].as_str().map(str::to_owned)).collect()
    };
    let sent = methods('→');
    assert_eq!(
        sent,
        ["initialize", "initialized", "config/read", "account/read", "thread/start", "turn/start"]
    );
    assert!(methods('←').ends_with(&["turn/completed".to_owned()]));
}

#[test]
fn ctrl_c_interrupts_the_turn() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("one ").until(&gate)]);
    let home = Home::with_model(&model, "");
    let mut program = Program::start_try(&home, &["go"], "");
    // A status line says that the turn runs and nothing comes.
    program.wait_for_error("waiting for the model");
    program.signal(Signal::INT);
    let ended = program.end();
    assert_eq!(ended.status.code(), Some(130), "{}", ended.errors);
    assert!(ended.errors.contains("interrupted"), "{}", ended.errors);
    model.wait_for_abandoned(1);
}

#[test]
fn a_failed_turn_is_a_failed_program() {
    let model = MockModel::start([Reply::status(400, json!({"error": {"message": "boom"}}))]);
    let home = Home::with_model(&model, "");
    let ended = Program::start_try(&home, &["go"], "").end();
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.errors.contains("The turn failed: ") && ended.errors.contains("boom"), "{}", ended.errors);
}

#[test]
fn settings_pass_through() {
    let model = MockModel::start([Reply::text("hello")]);
    let home = Home::with_model(&model, "");
    Program::start_try(&home, &["-c", "model=\"another\"", "go"], "").end();
    assert_eq!(model.wait_for_request(1)["model"], "another");
}

#[test]
fn without_any_configuration_the_rehearsal_model_answers() {
    let home = Home::bare("");
    let ended = Program::start_try(&home, &["hello"], "").end();
    assert!(ended.errors.contains("`rehearsal`"), "{}", ended.errors);
    if !binary::is_foreign() {
        assert_eq!(ended.status.code(), Some(0), "{}", ended.errors);
        assert!(!ended.output.is_empty());
    }
}

/// The server does not read this variable.
#[test]
fn a_key_that_the_server_does_not_use_is_no_account() {
    let home = Home::bare("- home .env: OPENAI_API_KEY=sk-1");
    let ended = Program::start_try(&home, &["hello"], "").end();
    assert!(ended.errors.contains("`rehearsal`"), "{}", ended.errors);
    if !binary::is_foreign() {
        assert_eq!(ended.status.code(), Some(0), "{}", ended.errors);
    }
}

/// Somebody else must not answer in its place.
#[test]
fn a_provider_that_cannot_be_used_is_an_error() {
    for (home, arguments) in [
        (Home::bare(""), &["-c", "model_provider=nobody", "hello"][..]),
        (Home::bare("- config model_provider = \"nobody\""), &["hello"][..]),
    ] {
        let ended = Program::start_try(&home, arguments, "").end();
        assert_eq!(ended.status.code(), Some(1), "{}", ended.errors);
        assert!(
            ended.errors.contains("nobody") && !ended.errors.contains("rehearsal` model answers"),
            "{}",
            ended.errors
        );
    }
}

/// What the user has configured holds here as anywhere.
#[test]
fn configured_rights_are_not_overruled() {
    let home =
        Home::with_rehearsal("- config sandbox_mode = \"read-only\"\n- config approval_policy = \"never\"");
    let ended = Program::start_try(&home, &["--yes", "shell touch made || echo refused"], "").end();
    assert!(ended.output.contains("refused") && !home.work().join("made").exists(), "{}", ended.output);
    let ended = Program::start_try(&home, &["--yes", "escalate touch made"], "").end();
    assert!(!home.work().join("made").exists(), "{}", ended.output);
    let arguments = ["-c", "sandbox_mode=workspace-write", "shell touch made"];
    let ended = Program::start_try(&home, &arguments, "").end();
    assert!(home.work().join("made").exists(), "{}", ended.output);
}

/// Whoever reads the output gets the text and nothing else.
#[test]
fn a_slow_line_stays_one_line() {
    let home = Home::with_rehearsal("");
    let ended = Program::start_try(&home, &["pace 1200\nsay one two"], "").end();
    assert_eq!(ended.output.trim(), "one two", "{}", ended.errors);
    assert!(ended.errors.contains(" s)"), "but the waiting was told of: {}", ended.errors);
}

#[test]
fn the_latest_conversation_is_that_of_the_folder() {
    let home = Home::with_rehearsal("- file other/file: x");
    let other = home.work().join("other");
    let start = |folder: &Path, arguments: &[&str]| Program::start_in(folder, &home, arguments, "").end();
    start(&other, &["try", "say there"]);
    start(&home.work(), &["try", "say here"]);
    let ended = start(&other, &["try", "--resume", "say again"]);
    assert!(ended.output.contains("there") && !ended.output.contains("here\n> "), "{}", ended.output);
    assert!(!ended.output.contains("say here"), "{}", ended.output);
}

#[test]
fn only_what_is_stored_can_be_gone_on_with() {
    let home = Home::with_rehearsal("");
    let ended = Program::start_try(&home, &[], "").end();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.errors);
    assert!(!ended.errors.contains("--resume"), "{}", ended.errors);
}

/// A server that does not end with its input.
#[test]
fn waiting_for_the_end_of_the_server_is_not_silent() {
    let home = Home::with_rehearsal("- file server.sh: \"$1\" app-server; exec sleep 1000");
    let script = home.work().join("server.sh");
    let server = format!("/bin/sh {} {}", script.display(), binary::our_binary().display());
    let mut program = Program::start(&home, &["try", "--server", &server, "hello"], "");
    program.wait_for_error("waiting for the end of the server");
    program.signal(Signal::INT);
    let ended = program.end();
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.errors.contains("killing it"), "{}", ended.errors);
}

#[test]
fn mistakes_on_the_command_line_are_explained() {
    let home = Home::bare("");
    let ended = Program::start(&home, &["try", "--nonsense"], "").end();
    assert_eq!(ended.status.code(), Some(2));
    assert!(ended.errors.contains("--nonsense") && ended.errors.contains("Usage:"), "{}", ended.errors);
    let ended = Program::start_try(&home, &["--resume", "go on"], "").end();
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.errors.contains("no stored conversation"), "{}", ended.errors);
    let ended = Program::start(&home, &["--version"], "").end();
    assert_eq!(ended.output.lines().next(), Some("codex-cli 0.169.0"));
}

/// What the agent asks in plan mode, and what it plans, is seen by whoever reads along; how it was answered, too.
#[test]
fn questions_in_plan_mode_are_shown_and_answered_by_flag() {
    let options = json!([{"label": "red", "description": "warm"}, {"label": "blue", "description": "cold"}]);
    let question =
        json!({"id": "colour", "header": "Colour", "question": "Which colour?", "options": options});
    let ask = Reply::call("request_user_input", &json!({"questions": [question]}));
    let plan = Reply::text("<proposed_plan>\n1. Paint it\n</proposed_plan>");
    for (flag, told, answer) in [
        ("--yes", "answered by the first option, because of --yes", "[\\\"red\\\"]"),
        ("--deny", "not answered, because of --deny", "{\\\"answers\\\":{}}"),
        ("--plan", "not answered, since nobody is there to ask", "{\\\"answers\\\":{}}"),
    ] {
        let model = MockModel::start([ask.clone(), plan.clone(), Reply::text("painted")]);
        let home = Home::with_model(&model, "");
        let ended = Program::start_try(&home, &["--plan", flag, "go"], "").end();
        assert_eq!(
            (ended.status.code(), ended.output.as_str()),
            (Some(0), "1. Paint it\n"),
            "{}",
            ended.errors
        );
        let shown = ["Which colour?\n", "  1. red: warm\n", "  2. blue: cold\n", told];
        assert!(shown.iter().all(|text| ended.errors.contains(text)), "{}", ended.errors);
        let told = model.wait_for_request(2)["input"].to_string();
        assert!(told.contains(answer), "{told}");

        let ended = Program::start_try(&home, &["--resume", "--no-plan", "do it"], "").end();
        assert!(ended.output.ends_with("painted\n"), "{}", ended.output);
        assert!(!model.wait_for_request(3)["tools"].to_string().contains("request_user_input"));
    }
}
