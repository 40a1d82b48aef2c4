//! The command tools without sessions: offered where the settings say so, understood always.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const WITHOUT_SESSIONS: &str = "- table [features] unified_exec = false";

fn tools(request: &Value) -> Vec<String> {
    let tools = request["tools"].as_array().unwrap().iter();
    tools.map(|tool| tool["name"].as_str().or(tool["type"].as_str()).unwrap().to_owned()).collect()
}

/// Runs one turn with a model of that name; gives its first request and the items of its commands.
fn turn_of(name: &str, replies: impl IntoIterator<Item = Reply>) -> (Value, Vec<Value>) {
    let model = MockModel::start(replies);
    let home = Home::with_model(&model, WITHOUT_SESSIONS);
    let mut server = AppServer::start(&home);
    let thread = server
        .start_thread_with(&home, json!({"model": name, "sandbox": "read-only", "approvalPolicy": "never"}));
    let turn = server.run_turn(&thread, "go");
    let items = turn.items("commandExecution").into_iter().cloned().collect();
    (model.wait_for_request(1), items)
}

/// Without `unified_exec` there is one tool, in the form that the model knows.
#[test]
fn a_model_is_offered_the_tool_it_knows() {
    let words = |command: Value| Reply::call("shell", &json!({"command": command}));
    let (request, items) =
        turn_of("gpt-5", [words(json!(["sh", "-c", "echo one; exit 3"])), Reply::text("done")]);
    assert_eq!(tools(&request)[0], "shell");
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["command"], "sh -c 'echo one; exit 3'");
    assert_eq!((&items[0]["source"], &items[0]["processId"]), (&json!("agent"), &Value::Null));
    assert_eq!((&items[0]["status"], &items[0]["exitCode"]), (&json!("failed"), &json!(3)));
    assert_eq!(items[0]["aggregatedOutput"], "one\n");

    let script = Reply::call("shell_command", &json!({"command": "echo $((1 + 1)) >&2; echo > made"}));
    let (request, items) = turn_of("gpt-5.1", [script, Reply::text("done")]);
    assert_eq!(tools(&request)[0], "shell_command");
    assert!(
        items[0]["command"].as_str().unwrap().ends_with("-lc 'echo $((1 + 1)) >&2; echo > made'"),
        "{items:?}"
    );
    assert!(items[0]["aggregatedOutput"].as_str().unwrap().starts_with("2\n"), "{items:?}");
    assert_eq!(items[0]["status"], "failed", "the sandbox is that of all commands");

    let (request, _) = turn_of("codex-mini-latest", [Reply::text("done")]);
    assert_eq!(request["tools"][0], json!({"type": "local_shell"}));
}

/// The call of the shell tool that a model brings along, with an id of its own or with that of its item.
#[test]
fn the_shell_of_a_model_is_run_and_answered() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let call = |more: &str| {
        format!(
            "item {{\"type\": \"local_shell_call\", {more}, \"status\": \"completed\", \"action\": {{\"type\": \"exec\", \
             \"command\": [\"echo\", \"hello\"]}}}}"
        )
    };
    let text = [call("\"call_id\": \"c1\""), call("\"id\": \"lsh_2\""), "say {output}".to_owned()].join("\n");
    let turn = server.run_turn(&thread, &text);
    let ids: Vec<_> = turn.items("commandExecution").iter().map(|item| item["id"].clone()).collect();
    assert_eq!(ids, ["c1", "lsh_2"]);
    assert_eq!(turn.text(), "hello");
}
