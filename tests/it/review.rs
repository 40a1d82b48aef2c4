//! Reviews: what the reviewer is asked, what comes of its answer, and what cannot be reviewed.

use std::process::Command;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const REPOSITORY: &str = "- git\n- file hello.txt: hello\n";

fn start(server: &mut AppServer, thread: &str, target: &Value) -> Value {
    server.ok("review/start", json!({"threadId": thread, "target": target, "delivery": "inline"}))
}

fn texts(request: &Value) -> String {
    let items = request["input"].as_array().unwrap().iter();
    items.map(|item| format!("{}: {}\n", item["role"], item["content"][0]["text"])).collect()
}

fn findings(home: &Home) -> String {
    let place =
        json!({"absolute_file_path": home.work().join("hello.txt"), "line_range": {"start": 1, "end": 1}});
    let finding = json!({
        "title": "[P2] Wrong greeting", "body": "It should be shorter.", "confidence_score": 0.9, "priority": 2,
        "code_location": place,
    });
    json!({
        "findings": [finding], "overall_correctness": "patch is incorrect", "overall_explanation": "One problem.",
        "overall_confidence_score": 0.8,
    })
    .to_string()
}

#[test]
fn findings_are_told_and_the_conversation_knows_them_also_after_a_restart() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, &format!("{REPOSITORY}- config review_model = \"gpt-5\""));
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "first");
    model.add([Reply::shell("git status --short"), Reply::text(&findings(&home)), Reply::text("two")]);
    let started = start(&mut server, &thread, &json!({"type": "uncommittedChanges"}));
    let id = started["turn"]["id"].as_str().unwrap();
    assert_eq!(
        (&started["reviewThreadId"], &started["turn"]["status"]),
        (&json!(thread), &json!("inProgress"))
    );
    let label = &started["turn"]["items"][0];
    assert_eq!((&label["id"], &label["content"][0]["text"]), (&json!(id), &json!("current changes")));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.id(), turn.status()), (id, "completed"));
    let path = home.work().join("hello.txt").display().to_string();
    let text = format!(
        "One problem.\n\nReview comment:\n\n- [P2] Wrong greeting — {path}:1-1\n  It should be shorter."
    );
    assert_eq!(turn.item("enteredReviewMode")["review"], "current changes");
    assert_eq!(turn.item("exitedReviewMode")["review"], *text);
    assert_eq!(turn.item("agentMessage")["text"], *text);
    assert_eq!(turn.item("commandExecution")["exitCode"], 0);
    assert_eq!(turn.end()["items"][0]["text"], *text);
    assert!(turn.all("item/agentMessage/delta").is_empty(), "what the reviewer itself says is no message");

    let asked = model.wait_for_request(2);
    assert_eq!(asked["model"], "gpt-5");
    assert!(asked["instructions"].as_str().unwrap().starts_with("You review a change"));
    let names: Vec<&Value> = asked["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert!(names.contains(&&json!("exec_command")) && !names.contains(&&json!("apply_patch")), "{names:?}");
    assert!(texts(&asked).contains("Review the uncommitted changes") && !texts(&asked).contains("first"));
    assert_eq!(server.run_turn(&thread, "second").text(), "two");
    let told = model.wait_for_request(4);
    assert_eq!(told["model"], "mock-model");
    let told = texts(&told);
    assert!(
        told.contains("<user_action>") && told.contains("Wrong greeting") && !told.contains("git status")
    );
    assert!(server.close().success());

    model.add([Reply::text("three")]);
    let mut server = AppServer::start(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    let stored = &resumed["thread"]["turns"][1];
    let kinds: Vec<&Value> = stored["items"].as_array().unwrap().iter().map(|item| &item["type"]).collect();
    assert_eq!(
        kinds,
        ["enteredReviewMode", "userMessage", "commandExecution", "exitedReviewMode", "agentMessage"]
    );
    assert_eq!((&stored["id"], &resumed["model"]), (&json!(id), &json!("mock-model")));
    server.run_turn(&thread, "third");
    assert!(texts(&model.wait_for_request(5)).starts_with(&told));
}

#[test]
fn an_answer_in_plain_text_counts_and_remarks_before_it_are_messages() {
    let looking = Reply::text("I look around.").and_call("exec_command", &json!({"cmd": "true"}));
    let model = MockModel::start([looking, Reply::text("All is well.")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    start(&mut server, &thread, &json!({"type": "custom", "instructions": " Look at it. "}));
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.item("enteredReviewMode")["review"], "Look at it.");
    assert_eq!(turn.item("userMessage")["content"][0]["text"], "Look at it.");
    let said: Vec<&Value> = turn.items("agentMessage").iter().map(|item| &item["text"]).collect();
    assert_eq!(said, ["I look around.", "All is well."]);
    assert_eq!(turn.item("exitedReviewMode")["review"], "All is well.");
}

#[test]
fn a_review_asks_for_approvals_under_its_turn() {
    let call =
        json!({"cmd": "touch made", "sandbox_permissions": "require_escalated", "justification": "May I?"});
    let model = MockModel::start([Reply::call("exec_command", &call), Reply::text("Done.")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let more = json!({"approvalPolicy": "on-request", "sandbox": "read-only"});
    let thread = server.start_thread_with(&home, more);
    let started = start(&mut server, &thread, &json!({"type": "custom", "instructions": "Go."}));
    let question = server.asked("item/commandExecution/requestApproval");
    assert_eq!(question.params["turnId"], started["turn"]["id"]);
    server.decide(&question, json!("decline"));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.status(), &turn.item("commandExecution")["status"]), ("completed", &json!("declined")));
    assert!(!home.work().join("made").exists());
}

#[test]
fn it_takes_no_input_and_an_interrupt_ends_it() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("half a").until(&gate), Reply::text("one")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let started = start(&mut server, &thread, &json!({"type": "custom", "instructions": "Go."}));
    let id = started["turn"]["id"].as_str().unwrap();
    assert_eq!(server.expect("turn/started")["turn"]["id"], id);
    model.wait_for_request(1);
    let input = json!([{"type": "text", "text": "now"}]);
    let steer = json!({"threadId": thread, "expectedTurnId": id, "input": input});
    let refusal = server.refused("turn/steer", steer);
    assert_eq!((refusal.code, refusal.message.as_str()), (-32600, "cannot steer a review turn"));
    let class = &refusal.error["data"]["codexErrorInfo"];
    assert_eq!(*class, json!({"activeTurnNotSteerable": {"turnKind": "review"}}));
    let refusal = server.refused("turn/start", json!({"threadId": thread, "input": input}));
    assert_eq!((refusal.code, &refusal.error["data"]["codexErrorInfo"]), (-32600, class));
    server.ok("turn/interrupt", json!({"threadId": thread, "turnId": id}));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.id(), turn.status()), (id, "interrupted"));
    assert!(turn.item("exitedReviewMode")["review"].as_str().unwrap().contains("without a result"));
    assert!(turn.items("agentMessage").is_empty());
    assert_eq!(server.run_turn(&thread, "what happened?").text(), "one");
    let told = texts(&model.wait_for_request(2));
    assert!(told.contains("The review was interrupted") && !told.contains("half a"), "{told}");
}

#[test]
fn it_takes_the_place_of_a_running_turn_and_of_another_review() {
    let gate = Gate::new();
    let held = || Reply::text("half ").until(&gate);
    let model = MockModel::start([held(), held(), Reply::text("Good.")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let first = server.start_turn(&thread, "go");
    model.wait_for_request(1);
    let target = json!({"type": "custom", "instructions": "Go."});
    let second = start(&mut server, &thread, &target)["turn"]["id"].clone();
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.id(), turn.status()), (first.as_str(), "interrupted"));
    model.wait_for_request(2);
    let third = start(&mut server, &thread, &target)["turn"]["id"].clone();
    let turn = server.wait_turn(&thread);
    assert_eq!((&json!(turn.id()), turn.status()), (&second, "interrupted"));
    let turn = server.wait_turn(&thread);
    assert_eq!((&json!(turn.id()), turn.text()), (&third, "Good."));
}

#[test]
fn branches_and_commits_are_named_to_the_reviewer() {
    let model = MockModel::start([Reply::text("Good."), Reply::text("Good.")]);
    let home = Home::with_model(&model, REPOSITORY);
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(home.work()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let base = git(&["rev-parse", "HEAD"]);
    git(&["branch", "stable"]);
    git(&["-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", "second"]);
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let started = start(&mut server, &thread, &json!({"type": "baseBranch", "branch": "stable"}));
    assert_eq!(started["turn"]["items"][0]["content"][0]["text"], "changes against 'stable'");
    server.wait_turn(&thread);
    assert!(texts(&model.wait_for_request(1)).contains(&format!("git diff {base}")));
    let target = json!({"type": "commit", "sha": "HEAD~1", "title": "Begin"});
    let started = start(&mut server, &thread, &target);
    let label = format!("commit {}: Begin", &base[..7]);
    assert_eq!(started["turn"]["items"][0]["content"][0]["text"], *label);
    server.wait_turn(&thread);
    assert!(texts(&model.wait_for_request(2)).contains(&format!("git show {base}")));
}

#[test]
fn what_cannot_be_reviewed_is_refused_with_the_reason() {
    let home = Home::with_rehearsal(REPOSITORY);
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let refused = |server: &mut AppServer, thread: &str, target: Value, said: &str| {
        let refusal = server.refused("review/start", json!({"threadId": thread, "target": target}));
        assert!(refusal.code == -32600 && refusal.message.contains(said), "{said}: {refusal:?}");
    };
    let branch = |branch: &str| json!({"type": "baseBranch", "branch": branch});
    let commit = |sha: &str| json!({"type": "commit", "sha": sha});
    refused(&mut server, &thread, branch(" "), "branch must not be empty");
    refused(&mut server, &thread, commit(""), "sha must not be empty");
    refused(
        &mut server,
        &thread,
        json!({"type": "custom", "instructions": "\n"}),
        "instructions must not be empty",
    );
    refused(&mut server, &thread, branch("nowhere"), "`nowhere` is no commit");
    refused(&mut server, &thread, branch("--all"), "`--all` is no commit");
    refused(&mut server, &thread, commit("0123456789"), "`0123456789` is no commit");
    refused(&mut server, &thread, json!({"type": "everything"}), "unknown variant");
    refused(&mut server, "x", branch("main"), "invalid thread id");
    let detached =
        json!({"threadId": thread, "target": {"type": "uncommittedChanges"}, "delivery": "detached"});
    assert_eq!(server.refused("review/start", detached).code, -32600);

    let places: [(&str, &[&str], Value, &str); 4] = [
        ("plain", &[], json!({"type": "uncommittedChanges"}), "is in no git repository"),
        ("new", &["init", "-q"], branch("main"), "has no commit yet"),
        ("bare", &["init", "-q", "--bare"], json!({"type": "uncommittedChanges"}), "without a working tree"),
        ("broken", &["init", "-q"], commit("HEAD"), "in no git repository"),
    ];
    for (name, arguments, target, said) in places {
        // The scratch folder of tests may lie in a repository.
        let elsewhere = tempfile::tempdir().unwrap();
        let folder = elsewhere.path();
        if !arguments.is_empty() {
            assert!(Command::new("git").args(arguments).current_dir(folder).status().unwrap().success());
        }
        if name == "broken" {
            std::fs::write(folder.join(".git/HEAD"), "nonsense").unwrap();
        }
        let thread = server.start_thread_with(&home, json!({"cwd": folder}));
        refused(&mut server, &thread, target, said);
    }
}

#[test]
fn the_rehearsal_model_reviews() {
    let home = Home::with_rehearsal(REPOSITORY);
    std::fs::write(home.work().join("hello.txt"), "changed").unwrap();
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    start(&mut server, &thread, &json!({"type": "uncommittedChanges"}));
    let turn = server.wait_turn(&thread);
    assert!(turn.text().contains("hello.txt"), "{}", turn.text());
    let script = "shell echo looking\nsay Good.";
    start(&mut server, &thread, &json!({"type": "custom", "instructions": script}));
    let turn = server.wait_turn(&thread);
    assert_eq!(
        (turn.text(), &turn.item("commandExecution")["aggregatedOutput"]),
        ("Good.", &json!("looking\n"))
    );
    assert_eq!(server.run_turn(&thread, "say back").text(), "back");
}
