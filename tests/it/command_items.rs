//! What a client is shown of a command: one item, whatever becomes of it.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::server::question::Question;
use codex_tests::turn::Turn;
use serde_json::{Value, json};

const ASK: &str = "item/commandExecution/requestApproval";

struct Stage {
    home: Home,
    _model: MockModel,
    server: AppServer,
    thread: String,
}

impl Stage {
    /// One call of the model, and what comes after it.
    fn new(call: Value, thread: Value) -> Stage {
        let model = MockModel::start([Reply::call("exec_command", &call), Reply::text("done")]);
        let home = Home::with_model(&model, "");
        let mut server = AppServer::start_experimental(&home);
        let thread = server.start_thread_with(&home, thread);
        Stage { home, _model: model, server, thread }
    }

    fn asked(&mut self) -> Question {
        self.server.start_turn(&self.thread, "go");
        self.server.asked(ASK)
    }

    fn decide(&mut self, question: &Question, decision: &str) -> Turn {
        self.server.reply(question, json!({"decision": decision}));
        self.server.wait_turn(&self.thread)
    }
}

fn started(turn: &Turn) -> &Value {
    let items: Vec<_> = turn.all("item/started").into_iter().map(|params| &params["item"]).collect();
    items.into_iter().find(|item| item["type"] == "commandExecution").unwrap()
}

/// Both attempts are one process to a client, and what it was told piece by piece is what stands there in the end.
#[test]
fn a_retry_outside_the_sandbox_is_the_same_process_going_on() {
    let call = json!({"cmd": "printf first; touch made.txt && echo second"});
    let granular = json!({"granular": {"sandbox_approval": true, "rules": true, "mcp_elicitations": true}});
    let mut stage = Stage::new(call, json!({"approvalPolicy": granular, "sandbox": "read-only"}));
    let question = stage.asked();
    let turn = stage.decide(&question, "accept");
    let item = turn.item("commandExecution");
    assert_eq!((&item["status"], &item["exitCode"]), (&json!("completed"), &json!(0)));
    assert!(item["processId"].is_string());
    assert_eq!(item["processId"], started(&turn)["processId"]);
    let output = item["aggregatedOutput"].as_str().unwrap();
    assert_eq!(output, turn.streamed("item/commandExecution/outputDelta"));
    let (first, second) = output.split_once("[run again outside the sandbox]\n").unwrap();
    assert!(first.contains("first") && first.contains("made.txt"), "{output}");
    assert_eq!(second, "firstsecond\n");
    assert!(stage.home.work().join("made.txt").exists());
}

#[test]
fn a_command_that_is_declined_has_run_nowhere_and_for_no_time() {
    for decision in ["decline", "cancel"] {
        let mut stage = Stage::new(json!({"cmd": "touch made.txt"}), json!({"approvalPolicy": "untrusted"}));
        let question = stage.asked();
        let turn = stage.decide(&question, decision);
        let item = turn.item("commandExecution");
        assert_eq!((&item["status"], &item["source"]), (&json!("declined"), &json!("agent")));
        for nothing in ["processId", "exitCode", "durationMs", "aggregatedOutput"] {
            assert_eq!(item[nothing], Value::Null, "{nothing}");
        }
    }
}

/// Nobody is asked about it either.
#[test]
fn a_command_for_a_folder_that_is_not_there_is_an_item_that_says_so() {
    for policy in ["never", "untrusted"] {
        let call = json!({"cmd": "touch made.txt", "workdir": "not/there"});
        let mut stage = Stage::new(call, json!({"approvalPolicy": policy}));
        let turn = stage.server.run_turn(&stage.thread, "go");
        let item = turn.item("commandExecution");
        assert_eq!(started(&turn)["id"], item["id"]);
        let folder = stage.home.work().join("not/there").display().to_string();
        assert_eq!(item["cwd"], folder);
        assert_eq!((&item["status"], &item["exitCode"]), (&json!("failed"), &json!(-1)));
        assert_eq!((&item["processId"], &item["durationMs"]), (&Value::Null, &json!(0)));
        let told = format!(
            "the working directory (cwd) `{folder}` cannot be entered: it does not exist; make it, or name another one as `workdir`"
        );
        assert_eq!(item["aggregatedOutput"], told);
    }
}
