//! Logging in with a key, logging out, and what clients are told of it.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::vendor::auth_file;
use serde_json::{Value, json};

const WANTS_LOGIN: &str = "- provider requires_openai_auth = true";

fn stored(home: &Home) -> Option<Value> {
    let text = std::fs::read_to_string(home.codex_home().join("auth.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn a_key_is_stored_used_and_forgotten() {
    let model = MockModel::start([Reply::text("hello")]);
    let home = Home::with_model(&model, WANTS_LOGIN);
    let mut server = AppServer::start(&home);
    assert_eq!(server.ok("account/read", json!({}))["account"], Value::Null);

    let result = server.ok("account/login/start", json!({"type": "apiKey", "apiKey": "sk-mine"}));
    assert_eq!(result, json!({"type": "apiKey"}));
    let completed = json!({"loginId": null, "success": true, "error": null, "onboardingEntrypoint": null});
    assert_eq!(server.expect("account/login/completed"), completed);
    assert_eq!(server.expect("account/updated"), json!({"authMode": "apikey", "planType": null}));
    assert_eq!(stored(&home).unwrap(), json!({"auth_mode": "apikey", "OPENAI_API_KEY": "sk-mine"}));
    assert_eq!(server.ok("account/read", json!({}))["account"], json!({"type": "apiKey"}));

    let status = |token: &str| {
        let token = if token.is_empty() { Value::Null } else { json!(token) };
        json!({"authMethod": "apikey", "authToken": token, "requiresOpenaiAuth": true})
    };
    assert_eq!(server.ok("getAuthStatus", json!({})), status(""));
    assert_eq!(server.ok("getAuthStatus", json!({"includeToken": true})), status("sk-mine"));

    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").text(), "hello");
    assert_eq!(model.signatures(), ["Bearer sk-mine"]);

    assert_eq!(server.ok("account/logout", Value::Null), json!({}));
    assert_eq!(server.expect("account/updated"), json!({"authMode": null, "planType": null}));
    assert_eq!(stored(&home), None);
    let turn = server.run_turn(&thread, "again");
    let error = &turn.end()["error"];
    assert_eq!(error["codexErrorInfo"], "unauthorized");
    assert!(error["message"].as_str().unwrap().contains("Not logged in"), "{error}");
    // Also when nobody is logged in.
    server.ok("account/logout", json!({}));
    server.expect("account/updated");
}

#[test]
fn limits_can_be_read_with_an_account_only() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let refusal = server.refused("account/rateLimits/read", Value::Null);
    assert_eq!(
        (refusal.code, refusal.message.as_str()),
        (-32600, "codex account authentication required to read rate limits")
    );
    server.ok("account/login/start", json!({"type": "apiKey", "apiKey": "sk"}));
    server.expect("account/login/completed");
    server.expect("account/updated");
    let refusal = server.refused("account/rateLimits/read", json!({}));
    assert_eq!(refusal.message, "chatgpt authentication required to read rate limits");
}

#[test]
fn a_key_that_was_copied_badly_is_mended_or_refused() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    for (key, problem) in [("sk-1\nsk-2", "has a space or a line break in its middle"), (" ", "is empty")] {
        let refusal = server.refused("account/login/start", json!({"type": "apiKey", "apiKey": key}));
        assert!(refusal.code == -32600 && refusal.message.contains(problem), "{refusal:?}");
        assert!(refusal.message.starts_with("`apiKey`: ") && !refusal.message.contains("sk-"), "{refusal:?}");
    }
    assert_eq!(stored(&home), None);
    server.ok("account/login/start", json!({"type": "apiKey", "apiKey": " sk-1\r\n"}));
    assert_eq!(stored(&home).unwrap()["OPENAI_API_KEY"], "sk-1");
    server.ignore_rest();
}

#[test]
fn logins_that_are_not_possible_are_refused() {
    let home = Home::with_rehearsal("- config forced_login_method = \"chatgpt\"");
    let mut server = AppServer::start(&home);
    let refusal = server.refused("account/login/start", json!({"type": "apiKey", "apiKey": "sk"}));
    assert_eq!(refusal.code, -32600);
    assert!(refusal.message.starts_with("API key login is disabled."), "{}", refusal.message);
    assert_eq!(stored(&home), None);
    let bedrock = json!({"type": "amazonBedrock", "apiKey": "k", "region": "r"});
    let refusal = server.refused("account/login/start", bedrock);
    assert!(refusal.message.starts_with("`type`: this server does not log in"), "{}", refusal.message);
    let refusal = server.refused("account/login/cancel", json!({"loginId": "one"}));
    assert_eq!((refusal.code, refusal.message.as_str()), (-32600, "invalid login id: one"));
    let id = "8f1c5d5e-6a3c-4c1e-9a49-0f0f8c6f0a11";
    assert_eq!(server.ok("account/login/cancel", json!({"loginId": id}))["status"], "notFound");

    let home = Home::with_rehearsal("- config forced_login_method = \"api\"");
    let mut server = AppServer::start(&home);
    for kind in ["chatgpt", "chatgptDeviceCode"] {
        let refusal = server.refused("account/login/start", json!({"type": kind}));
        assert!(refusal.message.starts_with("ChatGPT login is disabled."), "{}", refusal.message);
    }
}

#[test]
fn a_stored_login_that_cannot_be_used_is_told() {
    for (file, told) in [("{", "auth.json is malformed"), ("FORBIDDEN", "API key login is disabled")] {
        let model = MockModel::start([]);
        let settings = match file {
            "{" => "",
            _ => "- config forced_login_method = \"chatgpt\"",
        };
        let home = Home::with_model(&model, &format!("{WANTS_LOGIN}\n{settings}"));
        let file = file.replace("FORBIDDEN", r#"{"OPENAI_API_KEY": "sk"}"#);
        std::fs::write(home.codex_home().join("auth.json"), file).unwrap();
        let mut server = AppServer::start(&home);
        let about_login = |params: &Value| params["summary"].as_str().unwrap().contains(told);
        server.expect_where("configWarning", about_login);
        let thread = server.start_thread(&home);
        let turn = server.run_turn(&thread, "go");
        let message = turn.end()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(told) && message.contains("login"), "{message}");
    }
}

#[test]
fn an_account_is_shown_where_the_provider_wants_one() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, WANTS_LOGIN);
    std::fs::write(home.codex_home().join("auth.json"), auth_file("at", "rt")).unwrap();
    let mut server = AppServer::start(&home);
    let read = server.ok("account/read", json!({}));
    let account =
        json!({"type": "chatgpt", "email": "a@example.com", "planType": "pro", "workspaceName": null});
    assert_eq!((&read["account"], &read["userId"]), (&account, &json!("user-1")));
}
