//! Lists of models: of servers on this machine, of a file, of what is built in.

use codex_tests::bare::{Answer, BareServer, Request};
use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn start(home: &Home, environment: &[(&str, &str)]) -> AppServer {
    let mut server = AppServer::spawn_in(home, &[], environment);
    server.initialize_experimental();
    server
}

/// The names of a list, with a mark at the default.
fn names(list: &Value) -> Vec<String> {
    let entries = list["data"].as_array().unwrap().iter();
    let name = |entry: &Value| {
        format!("{}{}", entry["model"].as_str().unwrap(), if entry["isDefault"] == true { " *" } else { "" })
    };
    entries.map(name).collect()
}

/// A server with two models, one of which is its kind's default.
fn ollama(request: &Request) -> Answer {
    match request.target.as_str() {
        "/api/tags" => Answer::json(&json!({"models": [{"name": "qwen3:8b"}, {"name": "gpt-oss:20b"}]})),
        "/api/show" => Answer::json(&json!({"capabilities": ["completion", "tools"]})),
        _ => Answer::status(404, &json!({"error": {"message": "model \"mine\" not found"}})),
    }
}

#[test]
fn a_server_on_this_machine_is_asked_for_its_models() {
    let model = BareServer::start(ollama);
    let base = format!("http://{}/v1", model.address());
    let environment = [("CODEX_OSS_BASE_URL", base.as_str())];
    let home = Home::bare("- config model_provider = \"ollama\"");
    let mut server = start(&home, &environment);
    assert_eq!(names(&server.ok("model/list", json!({}))), ["gpt-oss:20b *", "qwen3:8b"]);
    let page = server.ok("model/list", json!({"limit": 1}));
    assert_eq!((names(&page), &page["nextCursor"]), (vec!["gpt-oss:20b *".to_owned()], &json!("1")));
    let rest = server.ok("model/list", json!({"cursor": "1"}));
    assert_eq!((names(&rest), &rest["nextCursor"]), (vec!["qwen3:8b".to_owned()], &Value::Null));

    // A model that is configured and not there is the default all the same, and says how to get it.
    let home = Home::bare("- config model_provider = \"ollama\"\n- config model = \"mine\"");
    let mut server = start(&home, &environment);
    let list = server.ok("model/list", json!({}));
    assert_eq!(names(&list), ["mine *", "qwen3:8b", "gpt-oss:20b"]);
    assert!(list["data"][0]["description"].as_str().unwrap().contains("`ollama pull mine`"));
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    let message = turn.end()["error"]["message"].as_str().unwrap();
    assert!(message.contains("not found. Get the model with `ollama pull mine`"), "{message}");
    assert_eq!(turn.all("error").len(), 1, "it is not tried again");
}

/// A server whose model runs with a small window, nearly all of which each answer finds used.
fn small_window(request: &Request) -> Answer {
    match request.target.as_str() {
        "/api/show" => Answer::json(&json!({"parameters": "num_ctx 8192\nnum_predict 100"})),
        "/api/ps" => Answer::json(&json!({"models": [{"name": "mine:latest", "context_length": 4096}]})),
        _ => {
            let choice = json!({"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"});
            let usage = json!({"prompt_tokens": 3700, "completion_tokens": 1, "total_tokens": 3701});
            let chunk = json!({"choices": [choice], "usage": usage});
            Answer::stream(&format!("data: {chunk}\n\ndata: [DONE]\n\n"))
        }
    }
}

#[test]
fn history_is_summed_up_before_the_window_that_a_server_runs_a_model_with_is_full() {
    let model = BareServer::start(small_window);
    let base = format!("http://{}/v1", model.address());
    let run = |settings: &str| {
        let home = Home::bare(&format!(
            "- config model_provider = \"ollama\"\n- config model = \"mine\"\n{settings}"
        ));
        let mut server = start(&home, &[("CODEX_OSS_BASE_URL", base.as_str())]);
        let thread = server.start_thread(&home);
        let turn = server.run_turn(&thread, "one");
        let usage = &turn.all("thread/tokenUsage/updated")[0]["tokenUsage"];
        let warned = !turn.all("warning").is_empty();
        let summed_up = !server.run_turn(&thread, "two").items("contextCompaction").is_empty();
        (usage["modelContextWindow"].as_i64().unwrap(), warned, summed_up)
    };
    assert_eq!(run(""), (3891, false, true));
    assert_eq!(run("- config model_context_window = 10000"), (9500, false, false), "the user knows better");
}

#[test]
fn a_summary_that_the_user_asks_for_knows_the_window_of_the_server_too() {
    let model = BareServer::start(small_window);
    let base = format!("http://{}/v1", model.address());
    let home = Home::bare("- config model_provider = \"ollama\"\n- config model = \"mine\"");
    let mut server = start(&home, &[("CODEX_OSS_BASE_URL", base.as_str())]);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "one");
    server.ok("thread/compact/start", json!({"threadId": thread}));
    let turn = server.wait_turn(&thread);
    let windows = turn.all("thread/tokenUsage/updated");
    assert!(!windows.is_empty());
    for usage in windows {
        assert_eq!(usage["tokenUsage"]["modelContextWindow"], 3891);
    }
    assert!(
        turn.all("warning").iter().all(|warning| !warning["message"].as_str().unwrap().contains("catalog"))
    );
}

#[test]
fn nobody_is_asked_whom_the_user_did_not_choose() {
    let local = BareServer::start(ollama);
    let base = format!("http://{}/v1", local.address());
    let model = MockModel::start([Reply::text("hi")]);
    let home = Home::with_model(&model, "");
    let mut server = start(&home, &[("CODEX_OSS_BASE_URL", base.as_str())]);
    server.ok("model/list", json!({}));
    server.ok("modelProvider/list", json!({}));
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "go");
    assert_eq!(local.connections(), 0);
    let list = server.ok("model/list", json!({"modelProvider": "lmstudio", "includeHidden": true}));
    assert_eq!(local.connections(), 1, "{list}");
}

#[test]
fn a_server_of_the_users_own_is_asked_for_its_models() {
    let model = BareServer::start(|request| match request.target.as_str() {
        "/v1/models?v=1" if request.header("authorization") == Some("Bearer k-1") => {
            Answer::json(&json!({"data": [{"id": "a", "max_model_len": 9000}, {"id": 7}, {"id": "b"}]}))
        }
        _ => Answer::status(401, &json!({"error": {"message": "who are you, k-wrong?"}})),
    });
    let settings = format!(
        "- config model_provider = \"mine\"\n- config model_providers.mine = {{ base_url = \"http://{}/v1\", \
         wire_api = \"chat\", env_key = \"MINE_KEY\", query_params = {{ v = \"1\" }} }}",
        model.address()
    );
    let home = Home::bare(&format!("{settings}\n- config model = \"b\""));
    let mut server = start(&home, &[("MINE_KEY", "k-1")]);
    let list = server.ok("model/list", json!({}));
    assert_eq!(names(&list), ["b *", "a"]);
    assert_eq!(list["data"][1]["description"], "From `mine`, reads up to 9000 tokens");
    assert_eq!(model.seen()[0].method, "GET");
    let mut server = start(&home, &[("MINE_KEY", "k-wrong")]);
    let list = server.ok("model/list", json!({}));
    let said = list["data"][0]["description"].as_str().unwrap();
    assert_eq!(names(&list), ["b *"]);
    assert!(said.contains("status 401") && said.contains("`model_providers.mine`"), "{said}");
    assert!(!said.contains("k-wrong"), "{said}");

    // One that the user has described is not asked.
    let before = model.seen().len();
    let described = "- config model_catalog_json = \"models.json\"\n- home models.json: {\"models\": [{\"slug\": \"c\"}]}";
    let home = Home::bare(&format!("{settings}\n{described}"));
    let mut server = start(&home, &[("MINE_KEY", "k-1")]);
    assert!(names(&server.ok("model/list", json!({}))).contains(&"c".to_owned()));
    assert_eq!(model.seen().len(), before);
}

#[test]
fn a_server_of_the_users_own_that_does_not_run_is_a_remedy_and_one_without_a_list_is_none() {
    let address = BareServer::start(ollama).address();
    let without_list = BareServer::start(|_| Answer::status(404, &json!({"error": "no"})));
    for (address, count, words) in [(address, 1, "Start it"), (without_list.address(), 4, "")] {
        let home = Home::bare(&format!(
            "- config model_provider = \"mine\"\n\
             - config model_providers.mine = {{ base_url = \"http://{address}/v1\", wire_api = \"chat\" }}"
        ));
        let list = start(&home, &[]).ok("model/list", json!({}));
        let entries = list["data"].as_array().unwrap();
        assert_eq!((entries.len(), &entries[0]["isDefault"]), (count, &json!(true)), "{list}");
        assert!(entries[0]["description"].as_str().unwrap().contains(words), "{list}");
    }
}

#[test]
fn a_server_that_does_not_run_is_a_remedy() {
    // Nobody listens on a port that was just given back.
    let address = BareServer::start(ollama).address();
    let base = format!("http://{address}/v1");
    for (provider, remedy) in [("ollama", "`ollama serve`"), ("lmstudio", "`lms server start`")] {
        let fixture = format!(
            "- config model_provider = \"{provider}\"\n\
             - config model_providers.{provider} = {{ request_max_retries = 0, stream_max_retries = 0 }}"
        );
        let home = Home::bare(&fixture);
        let mut server = start(&home, &[("CODEX_OSS_BASE_URL", base.as_str())]);
        let list = server.ok("model/list", json!({}));
        let entries = list["data"].as_array().unwrap();
        assert_eq!((entries.len(), &entries[0]["isDefault"]), (1, &json!(true)));
        assert!(entries[0]["description"].as_str().unwrap().contains(remedy), "{list}");
        let thread = server.start_thread(&home);
        let turn = server.run_turn(&thread, "go");
        let error = &turn.end()["error"];
        assert!(error["message"].as_str().unwrap().contains(remedy), "{error}");
        assert_eq!(error["codexErrorInfo"], json!({"httpConnectionFailed": {"httpStatusCode": null}}));
    }
}

const DESCRIBED: &str = "- config model_catalog_json = \"models.json\"\n\
    - home models.json: {\"models\": [\
    {\"slug\": \"mock-model\", \"display_name\": \"Mock\", \"context_window\": 1000, \
    \"effective_context_window_percent\": 50, \"supported_reasoning_levels\": \
    [{\"effort\": \"low\", \"description\": \"A bit\"}, {\"effort\": \"max\"}], \
    \"default_reasoning_level\": \"max\", \"input_modalities\": [\"text\"], \
    \"supports_parallel_tool_calls\": false}, \
    {\"slug\": \"other\", \"priority\": 5, \"visibility\": \"hide\"}]}";

#[test]
fn a_file_describes_models() {
    let model = MockModel::start([Reply::text("hi")]);
    let home = Home::with_model(&model, DESCRIBED);
    let mut server = start(&home, &[]);
    let list = server.ok("model/list", json!({}));
    assert_eq!(names(&list), ["mock-model *"]);
    let entry = &list["data"][0];
    assert_eq!((&entry["displayName"], &entry["defaultReasoningEffort"]), (&json!("Mock"), &json!("max")));
    assert_eq!(entry["inputModalities"], json!(["text"]));
    let low = json!({"reasoningEffort": "low", "description": "A bit"});
    assert_eq!(entry["supportedReasoningEfforts"][0], low);
    let all = server.ok("model/list", json!({"includeHidden": true}));
    assert_eq!(names(&all), ["mock-model *", "other"]);

    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert!(turn.all("warning").is_empty(), "the model is known");
    let usage = &turn.all("thread/tokenUsage/updated")[0]["tokenUsage"];
    assert_eq!(usage["modelContextWindow"], 500);
    let request = model.wait_for_request(1);
    assert_eq!(
        (&request["reasoning"]["effort"], &request["parallel_tool_calls"]),
        (&json!("max"), &json!(false))
    );
}

#[test]
fn a_file_that_makes_no_sense_is_refused_with_what_to_do() {
    let home = Home::bare(
        "- config model_catalog_json = \"models.json\"\n- home models.json: {\"models\": [{\"slug\": 5}]}",
    );
    let mut server = start(&home, &[]);
    let refusal = server.refused("thread/start", json!({"cwd": home.work()}));
    for words in ["`model_catalog_json`", "`models[0].slug`", "It is to be JSON like"] {
        assert!(refusal.message.contains(words), "{words} in {}", refusal.message);
    }
    server.ignore_rest();
}

#[test]
fn what_the_provider_can_do_depends_on_model_wire_and_setting() {
    let chat = "- config model_provider = \"mine\"\n\
        - config model_providers.mine = { base_url = \"http://127.0.0.1:9/v1\", wire_api = \"chat\" }";
    let responses = chat.replace("chat", "responses");
    for (fixture, search) in [
        ("", true),
        ("- config web_search = \"disabled\"", false),
        ("- config model_provider = \"rehearsal\"", false),
        (chat, false),
        (&format!("{chat}\n- config web_search = \"live\""), false),
        (&responses, true),
        (&format!("{responses}\n- config model = \"llama-4\""), false),
        (&format!("{responses}\n- config model = \"llama-4\"\n- config web_search = \"live\""), true),
    ] {
        let home = Home::bare(fixture);
        let mut server = start(&home, &[]);
        let capabilities = server.ok("modelProvider/capabilities/read", json!({}));
        assert_eq!(capabilities, json!({"imageGeneration": false, "webSearch": search}));
    }
}
