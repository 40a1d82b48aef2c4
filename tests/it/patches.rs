//! Patches: what a client sees of them, what each decision does, and that they are the same after a restart.

use std::fs;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::server::question::Question;
use codex_tests::turn::Turn;
use serde_json::{Value, json};

/// What lies outside of the workspace is outside of the roots, wherever the tests run.
const ONLY_THE_WORKSPACE: &str =
    "- config sandbox_workspace_write = {exclude_slash_tmp = true, exclude_tmpdir_env_var = true}";

const ASK: &str = "item/fileChange/requestApproval";
const DIFF: &str = "turn/diff/updated";

const ADD: &str = "*** Begin Patch\n*** Add File: made.txt\n+one\n+two\n*** End Patch";
const MOVE: &str = "*** Begin Patch\n*** Update File: made.txt\n*** Move to: sub/moved.txt\n@@\n one\n-two\n+zwei\n*** End Patch";
const ABSENT: &str = "*** Begin Patch\n*** Update File: absent.txt\n@@\n-a\n+b\n*** End Patch";

fn patch(text: &str) -> Reply {
    Reply::call("apply_patch", &json!({"input": text}))
}

/// A server that is asked to apply a patch, once per script entry, with nothing trusted.
struct Stage {
    home: Home,
    _model: MockModel,
    server: AppServer,
    thread: String,
}

impl Stage {
    fn new(policy: &str, script: impl IntoIterator<Item = Reply>) -> Stage {
        let model = MockModel::start(script);
        let home = Home::with_model(&model, &format!("- file hello.txt: hello\n- git\n{ONLY_THE_WORKSPACE}"));
        let mut server = AppServer::start(&home);
        let thread =
            server.start_thread_with(&home, json!({"approvalPolicy": policy, "sandbox": "workspace-write"}));
        Stage { home, _model: model, server, thread }
    }

    fn asked(&mut self) -> Question {
        self.server.start_turn(&self.thread, "go");
        self.server.asked(ASK)
    }

    fn decide(&mut self, decision: Value) -> Turn {
        let question = self.asked();
        self.server.decide(&question, decision);
        self.server.wait_turn(&self.thread)
    }

    fn file(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.home.work().join(name)).ok()
    }
}

#[test]
fn a_patch_is_shown_with_its_changes_and_the_diff_of_the_turn() {
    let mut stage = Stage::new("on-request", [patch(ADD), patch(MOVE), Reply::text("done")]);
    let turn = stage.server.run_turn(&stage.thread, "go");
    assert_eq!(turn.status(), "completed");
    let made = stage.home.work().join("made.txt").display().to_string();
    let moved = stage.home.work().join("sub/moved.txt").display().to_string();
    let items = turn.items("fileChange");
    assert_eq!(items[0]["status"], "completed");
    assert_eq!(items[0]["changes"], json!([{"path": made, "kind": {"type": "add"}, "diff": "one\ntwo\n"}]));
    assert_eq!(
        items[1]["changes"],
        json!([{"path": made, "kind": {"type": "update", "move_path": moved},
            "diff": format!("@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n\n\nMoved to: {moved}")}])
    );
    let started = turn.all("item/started").into_iter().map(|params| &params["item"]);
    let started: Vec<_> = started.filter(|item| item["type"] == "fileChange").collect();
    assert_eq!((started.len(), &started[0]["status"]), (2, &json!("inProgress")));
    assert_eq!(started[0]["changes"], items[0]["changes"]);
    let diffs: Vec<_> = turn.all(DIFF).iter().map(|params| params["diff"].as_str().unwrap()).collect();
    assert_eq!(diffs.len(), 2, "told when it changes, and only then: {diffs:?}");
    assert!(diffs[0].starts_with("diff --git a/made.txt b/made.txt\nnew file mode 100644\n"), "{}", diffs[0]);
    assert!(diffs[1].contains("+++ b/sub/moved.txt\n@@ -0,0 +1,2 @@\n+one\n+zwei\n"), "{}", diffs[1]);
    assert_eq!((stage.file("made.txt"), stage.file("sub/moved.txt")), (None, Some("one\nzwei\n".into())));
}

#[test]
fn a_patch_in_a_shell_command_is_one_too() {
    let command = format!("cd sub && apply_patch <<'EOF'\n{ADD}\nEOF\n");
    let mut stage =
        Stage::new("on-request", [Reply::shell("mkdir sub"), Reply::shell(&command), Reply::text("done")]);
    let turn = stage.server.run_turn(&stage.thread, "go");
    assert_eq!(turn.item("fileChange")["status"], "completed");
    assert_eq!(turn.items("commandExecution").len(), 1, "no command is shown for it");
    assert_eq!(stage.file("sub/made.txt").as_deref(), Some("one\ntwo\n"));
}

#[test]
fn accept_applies_it() {
    let mut stage = Stage::new("untrusted", [patch(ADD), Reply::text("done")]);
    let question = stage.asked();
    assert_eq!(question.params["threadId"], stage.thread.as_str());
    assert_eq!(question.params["grantRoot"], Value::Null);
    assert_eq!(stage.file("made.txt"), None, "nothing is written before the answer");
    stage.server.reply(&question, json!({"decision": "accept"}));
    let turn = stage.server.wait_turn(&stage.thread);
    assert_eq!(turn.item("fileChange")["id"], question.params["itemId"]);
    assert_eq!(turn.item("fileChange")["status"], "completed");
    assert_eq!(stage.file("made.txt").as_deref(), Some("one\ntwo\n"));
}

#[test]
fn accept_for_the_session_is_about_the_files() {
    let more = "*** Begin Patch\n*** Update File: made.txt\n@@\n-two\n+drei\n*** End Patch";
    let script =
        [patch(ADD), Reply::text("done"), patch(more), Reply::text("done"), patch(&ADD.replace("made", "x"))];
    let mut stage = Stage::new("untrusted", script.into_iter().chain([Reply::text("done")]));
    stage.decide(json!("acceptForSession"));
    let again = stage.server.run_turn(&stage.thread, "again");
    assert_eq!(again.item("fileChange")["status"], "completed", "nobody was asked a second time");
    assert_eq!(stage.file("made.txt").as_deref(), Some("one\ndrei\n"));
    let other = stage.decide(json!("decline"));
    assert_eq!(other.item("fileChange")["status"], "declined");
}

#[test]
fn decline_and_what_is_no_decision_change_nothing() {
    for decision in [json!("decline"), json!("maybe"), json!(null)] {
        let mut stage = Stage::new("untrusted", [patch(ADD), Reply::text("done")]);
        let turn = stage.decide(decision);
        assert_eq!((turn.status(), turn.text()), ("completed", "done"));
        assert_eq!(turn.item("fileChange")["status"], "declined");
        assert_eq!(stage.file("made.txt"), None);
        assert!(turn.all(DIFF).is_empty());
    }
}

#[test]
fn cancel_changes_nothing_and_ends_the_turn() {
    let mut stage = Stage::new("untrusted", [patch(ADD), Reply::text("done")]);
    let turn = stage.decide(json!("cancel"));
    assert_eq!((turn.status(), turn.text()), ("interrupted", ""));
    assert_eq!(stage.file("made.txt"), None);
}

#[test]
fn outside_of_the_workspace_and_in_protected_names_it_asks() {
    for (path, file) in [("../outside.txt", "../outside.txt"), (".git/hooks/evil", ".git/hooks/evil")] {
        let text = format!("*** Begin Patch\n*** Add File: {path}\n+x\n*** End Patch");
        let mut stage = Stage::new("on-request", [patch(&text), Reply::text("done")]);
        let question = stage.asked();
        let reason = question.params["reason"].as_str().unwrap_or_default().to_owned();
        assert!(reason.contains("outside of the folders that may be written"), "{reason}");
        stage.server.reply(&question, json!({"decision": "decline"}));
        assert_eq!(stage.server.wait_turn(&stage.thread).item("fileChange")["status"], "declined");
        assert_eq!(stage.file(file), None);
    }
}

#[test]
fn one_that_does_not_apply_is_shown_as_failed_and_told_to_the_model() {
    let model = MockModel::start([patch(ABSENT), patch("garbage"), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    let items = turn.items("fileChange");
    assert_eq!((turn.status(), items.len()), ("completed", 2));
    assert!(items.iter().all(|item| item["status"] == "failed"));
    assert_eq!(items[0]["changes"][0]["diff"], "@@\n-a\n+b\n");
    assert_eq!(items[1]["changes"], json!([]));
    let told = model.wait_for_request(3)["input"].to_string();
    for text in ["there is no such file", "the first line of the patch must be"] {
        assert!(told.contains(text), "{told}");
    }
}

#[test]
fn the_tool_is_offered_in_the_form_that_the_model_knows() {
    for (model_name, kind) in [("mock-model", "function"), ("gpt-5.1-codex", "custom")] {
        let model = MockModel::start([Reply::text("done")]);
        let home = Home::with_model(&model, "");
        let mut server = AppServer::start(&home);
        let thread = server.start_thread_with(&home, json!({"model": model_name}));
        server.run_turn(&thread, "go");
        let request = model.wait_for_request(1);
        let tools = request["tools"].as_array().unwrap();
        let tool = tools.iter().find(|tool| tool["name"] == "apply_patch").unwrap();
        assert_eq!(tool["type"], kind, "{model_name}");
        if kind == "custom" {
            assert_eq!(tool["format"]["syntax"], "lark");
            assert!(tool["format"]["definition"].as_str().unwrap().starts_with("start: begin_patch hunk+"));
        }
    }
}

#[test]
fn after_a_restart_they_are_what_they_were() {
    let script = [patch(ADD), patch(MOVE), patch(ABSENT), Reply::text("done")];
    let mut stage = Stage::new("on-request", script);
    let turn = stage.server.run_turn(&stage.thread, "go");
    let read = json!({"threadId": stage.thread, "includeTurns": true});
    let live = stage.server.ok("thread/read", read)["thread"]["turns"].clone();
    let Stage { home, server, thread, .. } = stage;
    drop(server);
    let mut second = AppServer::start(&home);
    let resumed = second.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["turns"], live);
    let items = resumed["thread"]["turns"][0]["items"].as_array().unwrap();
    let changes: Vec<_> = items.iter().filter(|item| item["type"] == "fileChange").collect();
    assert_eq!(changes, turn.items("fileChange"));
    let stored = fs::read_to_string(home.rollout(&thread)).unwrap();
    assert!(stored.contains(r#""stdout":"Success. Updated the following files:\nA made.txt\n","stderr":"""#));
}

#[test]
fn the_rehearsal_model_patches() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread_with(&home, json!({"sandbox": "workspace-write"}));
    let turn = server.run_turn(&thread, &format!("patch <<END\n{ADD}\nEND\nsay {{output}}"));
    assert_eq!(turn.item("fileChange")["status"], "completed");
    assert!(turn.text().contains("A made.txt"), "{}", turn.text());
}
