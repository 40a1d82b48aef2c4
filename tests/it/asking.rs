//! What the agent asks its client for besides approvals: answers of the user, permissions, tools of the client's own.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const ASK: &str = "item/tool/requestUserInput";

fn question() -> Reply {
    let options = json!([{"label": "red", "description": "warm"}, {"label": "blue", "description": "cold"}]);
    let question =
        json!({"id": "colour", "header": "Colour", "question": "Which colour?", "options": options});
    Reply::call("request_user_input", &json!({"questions": [question]}))
}

fn mode(kind: &str) -> Value {
    json!({"mode": kind, "settings": {"model": "mock-model", "reasoning_effort": null, "developer_instructions": null}})
}

fn start_turn(server: &mut AppServer, thread: &str, more: Value) -> String {
    let mut params = json!({"threadId": thread, "input": [{"type": "text", "text": "go"}]});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.ok("turn/start", params)["turn"]["id"].as_str().unwrap().to_owned()
}

fn planning(server: &mut AppServer, thread: &str) -> String {
    start_turn(server, thread, json!({"collaborationMode": mode("plan")}))
}

#[test]
fn the_user_is_asked_and_the_plan_is_an_item() {
    let plan =
        Reply::default().and_text(&["Fine.\n<prop", "osed_plan>\n1. Paint it red\n", "</proposed_plan>"]);
    let model = MockModel::start([question(), plan, Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let id = planning(&mut server, &thread);
    let settings = server.expect("thread/settings/updated")["threadSettings"]["collaborationMode"].clone();
    assert_eq!(settings["mode"], "plan");
    let asked = server.asked(ASK);
    assert_eq!(asked.params["questions"][0]["isOther"], true);
    assert_eq!(
        (&asked.params["isBlocking"], &asked.params["autoResolutionMs"]),
        (&json!(true), &json!(null))
    );
    let flags = |params: &Value| params["status"]["activeFlags"] == json!(["waitingOnUserInput"]);
    server.expect_where("thread/status/changed", flags);
    let answers = json!({"answers": {"colour": {"answers": ["red"]}}});
    server.reply(&asked, answers.clone());
    assert_eq!(server.expect("serverRequest/resolved")["requestId"], asked.id);
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.item("plan")["id"], format!("{id}-plan"));
    assert_eq!(turn.item("plan")["text"], "1. Paint it red\n");
    assert_eq!(turn.streamed("item/plan/delta"), "1. Paint it red\n");
    assert_eq!(turn.text(), "Fine.\n");
    let told: Value =
        model.wait_for_request(2)["input"].as_array().unwrap().last().unwrap()["output"].clone();
    assert_eq!(serde_json::from_str::<Value>(told.as_str().unwrap()).unwrap(), answers);
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    drop(server);

    let mut second = AppServer::start_experimental(&home);
    let resumed = second.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["collaborationMode"]["mode"], "plan", "the mode is kept");
    assert_eq!(resumed["thread"]["turns"], read["thread"]["turns"], "a replay gives the same items");
    let kinds = |turn: &Value| -> Vec<String> {
        turn["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["type"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(kinds(&resumed["thread"]["turns"][0]), ["userMessage", "plan", "agentMessage"]);
    start_turn(&mut second, &thread, json!({"collaborationMode": mode("default")}));
    second.wait_turn(&thread);
    let names = |request: &Value| request["tools"].to_string().contains("request_user_input");
    assert!(
        names(&model.wait_for_request(1)) && !names(&model.wait_for_request(3)),
        "offered in plan mode only"
    );
    let told = model.wait_for_request(3)["input"].to_string();
    assert_eq!(
        told.matches("<collaboration_mode>").count(),
        2,
        "the model is told of each change once: {told}"
    );
}

#[test]
fn outside_of_plan_mode_the_agent_could_do_without_an_answer() {
    let model = MockModel::start([question(), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::spawn(&home, &["-c", "features.default_mode_request_user_input=true"]);
    server.initialize_experimental();
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "go");
    let asked = server.asked(ASK);
    assert_eq!(asked.params["isBlocking"], false);
    server.reply(&asked, json!({"answers": {"colour": {"answers": ["blue"]}}}));
    assert_eq!(server.wait_turn(&thread).status(), "completed");
}

/// However the client goes, it is told first what it need not answer any more.
#[test]
fn unsubscribing_resolves_what_is_open() {
    let model = MockModel::start([Reply::call("lookup", &json!({})), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = with_tool(&mut server, &home, "lookup");
    server.start_turn(&thread, "go");
    let asked = server.asked(CALL);
    let left = server.ok("thread/unsubscribe", json!({"threadId": thread}));
    assert_eq!(left["status"], "unsubscribed");
    assert_eq!(server.expect("serverRequest/resolved")["requestId"], asked.id);
    let answered = server.position(|message| message["result"] == left);
    assert!(server.position(|message| message["method"] == "serverRequest/resolved") < answered);
    let told = model.wait_for_request(2)["input"].to_string();
    assert!(told.contains("no client is there"), "{told}");
    server.ignore_rest();
}

#[test]
fn a_client_that_cannot_ask_its_user_says_so_and_the_model_is_told() {
    let model = MockModel::start([question(), question(), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    planning(&mut server, &thread);
    let asked = server.asked(ASK);
    server.reply_error(&asked, -32601, "no such method");
    let asked = server.asked(ASK);
    server.reply(&asked, json!({"no": "answers"}));
    assert_eq!(server.wait_turn(&thread).status(), "completed");
    let told = model.wait_for_request(3)["input"].to_string();
    assert_eq!(told.matches("the user could not be asked").count(), 2, "{told}");
}

#[test]
fn an_interrupt_takes_a_question_to_the_user_back() {
    let model = MockModel::start([question(), Reply::text("again")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let turn = planning(&mut server, &thread);
    let asked = server.asked(ASK);
    server.ok("turn/interrupt", json!({"threadId": thread, "turnId": turn}));
    assert_eq!(server.wait_turn(&thread).status(), "interrupted");
    assert_eq!(server.expect("serverRequest/resolved")["requestId"], asked.id);
    server.reply(&asked, json!({"answers": {"colour": {"answers": ["red"]}}}));
    assert_eq!(server.run_turn(&thread, "again").text(), "again");
    let told = model.wait_for_request(2)["input"].to_string();
    assert!(told.contains("aborted by user") && !told.contains("\\\"red\\\"]"), "{told}");
}

#[test]
fn the_modes_are_listed() {
    let home = Home::bare("");
    let mut server = AppServer::start_experimental(&home);
    let modes = server.ok("collaborationMode/list", json!({}))["data"].clone();
    let modes: Vec<&Value> = modes.as_array().unwrap().iter().map(|mode| &mode["mode"]).collect();
    assert_eq!(modes, ["plan", "default"]);
    drop(server);
    let mut plain = AppServer::start(&home);
    assert!(plain.refused("collaborationMode/list", json!({})).message.contains("experimentalApi"));
}

const CALL: &str = "item/tool/call";

/// A thread with one tool of the client's.
fn with_tool(server: &mut AppServer, home: &Home, name: &str) -> String {
    let schema = json!({"type": "object", "properties": {"q": {"type": "string"}}});
    let tool =
        json!({"type": "function", "name": name, "description": "Looks it up.", "inputSchema": schema});
    server.start_thread_with(home, json!({"dynamicTools": [tool]}))
}

#[test]
fn a_tool_of_the_client_is_called_and_shown() {
    let calls = ["1", "2", "3", "4"].map(|q| Reply::call("dynamic_tool", &json!({ "q": q })));
    let model = MockModel::start([&calls[..], &[Reply::text("done")]].concat());
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = with_tool(&mut server, &home, "dynamic_tool");
    server.start_turn(&thread, "go");
    let asked = server.asked(CALL);
    assert_eq!((&asked.params["tool"], &asked.params["namespace"]), (&json!("dynamic_tool"), &json!(null)));
    assert_eq!(asked.params["arguments"], json!({"q": "1"}));
    let image = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let content = json!([{"type": "inputText", "text": "found"}, {"type": "inputImage", "imageUrl": image}]);
    server.reply(&asked, json!({"contentItems": content, "success": true}));
    let asked = server.asked(CALL);
    server.reply(
        &asked,
        json!({"contentItems": [{"type": "inputText", "text": "not there"}], "success": false}),
    );
    let asked = server.asked(CALL);
    server.reply_error(&asked, -5, "boom");
    let asked = server.asked(CALL);
    server.reply(&asked, json!({"contentItems": [{"type": "inputImage", "imageUrl": "http://localhost/x.png"}], "success": true}));
    let turn = server.wait_turn(&thread);
    let items = turn.items("dynamicToolCall");
    let statuses: Vec<&Value> = items.iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, ["completed", "failed", "failed", "failed"]);
    assert_eq!(items[0]["contentItems"], content);
    assert_eq!(items[0]["id"].as_str(), asked_id(&turn, 0));
    assert!(server.seen("serverRequest/resolved").is_empty(), "the end of its item says so");
    let told = model.wait_for_request(5)["input"].clone();
    let outputs: Vec<&Value> =
        told.as_array().unwrap().iter().filter(|item| item["type"] == "function_call_output").collect();
    assert_eq!(
        outputs[0]["output"],
        json!([{"type": "input_text", "text": "found"}, {"type": "input_image", "image_url": image}])
    );
    assert_eq!(outputs[1]["output"], "not there");
    assert!(outputs[2]["output"].as_str().unwrap().contains("boom"), "{told}");
    assert!(outputs[3]["output"].as_str().unwrap().contains("`data:` URLs"), "{told}");
    let read = server.ok("thread/read", json!({"threadId": thread, "includeTurns": true}));
    drop(server);

    let mut second = AppServer::start_experimental(&home);
    let resumed = second.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!(resumed["thread"]["turns"], read["thread"]["turns"]);
    model.add([Reply::call("dynamic_tool", &json!({})), Reply::text("again")]);
    second.start_turn(&thread, "again");
    let asked = second.asked(CALL);
    second.reply(&asked, json!({"contentItems": [], "success": true}));
    assert_eq!(second.wait_turn(&thread).status(), "completed", "the tool is still there");
}

fn asked_id(turn: &codex_tests::turn::Turn, index: usize) -> Option<&str> {
    turn.all("item/started")
        .into_iter()
        .filter(|params| params["item"]["type"] == "dynamicToolCall")
        .nth(index)
        .and_then(|params| params["item"]["id"].as_str())
}

#[test]
fn an_interrupt_ends_a_call_of_a_tool_of_the_client() {
    let model = MockModel::start([Reply::call("lookup", &json!({})), Reply::text("again")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = with_tool(&mut server, &home, "lookup");
    let id = server.start_turn(&thread, "go");
    let asked = server.asked(CALL);
    server.ok("turn/interrupt", json!({"threadId": thread, "turnId": id}));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.status(), &turn.item("dynamicToolCall")["status"]), ("interrupted", &json!("failed")));
    assert_eq!(server.expect("serverRequest/resolved")["requestId"], asked.id);
    server.reply(&asked, json!({"contentItems": [], "success": true}));
    assert_eq!(server.run_turn(&thread, "again").text(), "again");
}

#[test]
fn tools_that_cannot_be_offered_are_refused_by_name() {
    let home = Home::bare("");
    let mut server = AppServer::start_experimental(&home);
    let tool = |name: &str, schema: Value| json!({"name": name, "description": "d", "inputSchema": schema});
    for (tools, message) in [
        (
            json!([tool("exec_command", json!({}))]),
            "`dynamicTools[0].name` is `exec_command`, which is a tool of this server",
        ),
        (
            json!([tool("a", json!({})), tool("b c", json!({}))]),
            "`dynamicTools[1].name` must have 1 to 128 characters",
        ),
        (
            json!([tool("a", json!({"properties": {"x": 1}}))]),
            "`dynamicTools[0].inputSchema.properties.x` must be a JSON schema",
        ),
        (
            json!([{"name": "a", "inputSchema": {}}]),
            "Invalid request: dynamicTools[0]: missing field `description`",
        ),
    ] {
        let refusal = server.refused("thread/start", json!({"cwd": home.work(), "dynamicTools": tools}));
        assert_eq!(
            (refusal.code, refusal.message.starts_with(message)),
            (-32600, true),
            "{}",
            refusal.message
        );
    }
    drop(server);
    let mut plain = AppServer::start(&home);
    let tools = json!([tool("a", json!({}))]);
    let refusal = plain.refused("thread/start", json!({"cwd": home.work(), "dynamicTools": tools}));
    assert!(refusal.message.contains("experimentalApi"), "{}", refusal.message);
}

const PERMISSIONS: &str = "item/permissions/requestApproval";

#[test]
fn permissions_are_granted_by_the_user() {
    let home = Home::bare("");
    let other = home.root().join("other");
    std::fs::create_dir(&other).unwrap();
    let wanted = json!({"network": {"enabled": true}, "file_system": {"write": [other]}});
    let ask = || Reply::call("request_permissions", &json!({"permissions": wanted, "reason": "To note it."}));
    let model = MockModel::start([ask(), ask(), Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::spawn(&home, &["-c", "features.request_permissions_tool=true"]);
    server.initialize_experimental();
    let thread = server
        .start_thread_with(&home, json!({"sandbox": "workspace-write", "approvalPolicy": "on-request"}));
    server.start_turn(&thread, "go");
    let asked = server.asked(PERMISSIONS);
    let path = std::fs::canonicalize(&other).unwrap();
    assert_eq!(asked.params["environmentId"], "local");
    assert_eq!(asked.params["permissions"]["network"], json!({"enabled": true}));
    assert_eq!(asked.params["permissions"]["fileSystem"]["write"], json!([path]));
    assert_eq!(asked.params["permissions"]["fileSystem"]["entries"][0]["access"], "write");
    assert_eq!((&asked.params["reason"], &asked.params["cwd"]), (&json!("To note it."), &json!(home.work())));
    let flags = |params: &Value| params["status"]["activeFlags"] == json!(["waitingOnApproval"]);
    server.expect_where("thread/status/changed", flags);
    server.reply(
        &asked,
        json!({"permissions": {"fileSystem": {"read": null, "write": [path, "/"]}}, "scope": "turn"}),
    );
    assert_eq!(server.expect("serverRequest/resolved")["requestId"], asked.id);
    // The folder is granted by now, the network is not.
    let asked = server.asked(PERMISSIONS);
    server.reply_error(&asked, -1, "no");
    assert_eq!(server.wait_turn(&thread).status(), "completed");
    let told = model.wait_for_request(3)["input"].clone();
    let outputs: Vec<Value> = told
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["type"] == "function_call_output")
        .map(|item| serde_json::from_str(item["output"].as_str().unwrap()).unwrap())
        .collect();
    let granted =
        json!({"permissions": {"network": null, "file_system": {"write": [path]}}, "scope": "turn"});
    let nothing = json!({"permissions": {"network": null, "file_system": null}, "scope": "turn"});
    assert_eq!(outputs, [granted, nothing]);
}
