//! Settings: from the file, from the command line, and broken ones.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::json;

/// Nobody is logged in and nothing is configured: the turn fails, and its message names both ways out.
#[test]
fn without_credentials_the_message_says_what_to_do() {
    let home = Home::bare("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "hello");
    let error = &turn.end()["error"];
    assert_eq!((turn.status(), &error["codexErrorInfo"]), ("failed", &json!("unauthorized")));
    let message = error["message"].as_str().unwrap();
    for words in ["`openai`", "`CODEX_API_KEY`", "`-c model_provider=rehearsal`"] {
        assert!(message.contains(words), "no {words} in: {message}");
    }
}

#[test]
fn the_command_line_overrides_the_file() {
    let model = MockModel::start([Reply::text("ok")]);
    let home = Home::with_model(&model, "");
    let more =
        ["-c", "model=\"from-flag\"", "--config", "model_reasoning_effort=high", "--listen", "stdio://"];
    let mut server = AppServer::start_with(&home, &more);
    let config = server.ok("config/read", json!({}))["config"].clone();
    assert_eq!(
        (config["model"].as_str(), config["model_reasoning_effort"].as_str()),
        (Some("from-flag"), Some("high"))
    );
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "hi");
    assert_eq!(model.wait_for_request(1)["model"], "from-flag");
}

#[test]
fn settings_are_read_with_their_origin() {
    let home = Home::bare("- config approval_policy = \"on-request\"");
    let mut server = AppServer::start(&home);
    let read = server.ok("config/read", json!({"includeLayers": true}));
    assert_eq!(read["config"]["approval_policy"], "on-request");
    assert!(read["origins"]["approval_policy"].is_object(), "{}", read["origins"]);
    assert!(!read["layers"].as_array().unwrap().is_empty());
}

/// A server whose file is broken still talks, and says what is wrong where.
fn check_broken(fixture: &str, words: &[&str]) {
    let home = Home::bare(fixture);
    let mut server = AppServer::start(&home);
    server.ok("config/read", json!({}));
    server.ok("model/list", json!({}));
    let warning = server.expect("configWarning").to_string();
    let refusal = server.refused("thread/start", json!({"cwd": home.work()}));
    assert_eq!(refusal.code, -32600);
    for word in words {
        assert!(warning.contains(word), "no `{word}` in the warning: {warning}");
        assert!(refusal.message.contains(word), "no `{word}` in: {}", refusal.message);
    }
}

#[test]
fn a_misspelt_key_of_a_table_is_told_with_its_place_and_changes_nothing_else() {
    let home = Home::bare("- config sandbox_workspace_write.networkaccess = true");
    let mut server = AppServer::start(&home);
    let warning = server.expect("configWarning");
    let summary = "The setting `sandbox_workspace_write.networkaccess` means nothing and is ignored. Did you mean \
                   `network_access`?";
    assert_eq!(warning["summary"], summary);
    assert!(warning["path"].as_str().unwrap().ends_with("config.toml"), "{warning}");
    let line = warning["range"]["start"]["line"].as_u64().unwrap();
    assert!(warning["details"].as_str().unwrap().contains(&format!("config.toml:{line}:")), "{warning}");
    server.start_thread(&home);
    server.ignore_rest();
}

#[test]
fn a_syntax_error_names_file_and_line() {
    check_broken("- config model = \"a\"\n- config this is no toml", &["config.toml", "2"]);
}

#[test]
fn an_unknown_value_names_the_setting() {
    check_broken(
        "- config approval_policy = \"sometimes\"",
        &["config.toml", "approval_policy", "sometimes"],
    );
}

#[test]
fn an_unknown_provider_is_named() {
    check_broken("- config model_provider = \"nobody\"", &["nobody"]);
}
