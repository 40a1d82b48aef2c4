//! Tokens of an account in use: what requests are signed with, how tokens are renewed, and those that the client has.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::vendor::{TOKEN, Vendor, auth_file, token, tokens};
use serde_json::{Value, json};

const WANTS_LOGIN: &str = "- provider requires_openai_auth = true";

fn home(model: &MockModel) -> Home {
    let home = Home::with_model(model, WANTS_LOGIN);
    std::fs::write(home.codex_home().join("auth.json"), auth_file("at-1", "rt-1")).unwrap();
    home
}

fn start(home: &Home, vendor: &Vendor) -> AppServer {
    let variables = vendor.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut server = AppServer::spawn_in(home, &[], &variables);
    server.initialize_experimental();
    server
}

fn refused() -> Reply {
    Reply::status(401, json!({"error": {"message": "token expired"}}))
}

fn stored(home: &Home) -> Value {
    let text = std::fs::read_to_string(home.codex_home().join("auth.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_token_that_is_not_accepted_is_renewed_once_and_the_turn_goes_on() {
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at-2", "rt-2"))])]);
    let model = MockModel::start([refused(), Reply::text("hello"), Reply::text("again")]);
    let home = home(&model);
    let mut server = start(&home, &vendor);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").text(), "hello");
    assert_eq!(server.run_turn(&thread, "go on").text(), "again");
    assert_eq!(model.signatures(), ["Bearer at-1", "Bearer at-2", "Bearer at-2"]);
    assert_eq!(vendor.asked(TOKEN).len(), 1);
    assert_eq!(stored(&home)["tokens"]["refresh_token"], "rt-2");
}

#[test]
fn a_login_that_is_over_ends_the_turn_as_unauthorized() {
    let gone = json!({"error": {"code": "refresh_token_invalidated", "message": "rt-1 is gone"}});
    let vendor = Vendor::start(&[(TOKEN, &[(401, gone)])]);
    let model = MockModel::start([refused(), refused()]);
    let home = home(&model);
    let mut server = start(&home, &vendor);
    let thread = server.start_thread(&home);
    for _ in 0..2 {
        let turn = server.run_turn(&thread, "go");
        let error = &turn.end()["error"];
        assert_eq!(error["codexErrorInfo"], "unauthorized");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("was revoked") && message.contains("Log in again"), "{message}");
    }
    // What is over is not tried again.
    assert_eq!((vendor.asked(TOKEN).len(), model.signatures().len()), (1, 2));
    assert_eq!(stored(&home)["tokens"]["refresh_token"], "rt-1");
}

#[test]
fn a_login_that_cannot_be_renewed_at_the_moment_is_not_over() {
    let vendor = Vendor::start(&[(TOKEN, &[(503, json!({})), (200, tokens("at-2", "rt-2"))])]);
    let model = MockModel::start([refused(), refused(), Reply::text("hello")]);
    let home = Home::with_model(&model, &format!("{WANTS_LOGIN}\n- provider stream_max_retries = 1"));
    std::fs::write(home.codex_home().join("auth.json"), auth_file("at-1", "rt-1")).unwrap();
    let mut server = start(&home, &vendor);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!(turn.text(), "hello");
    assert_eq!(model.signatures(), ["Bearer at-1", "Bearer at-1", "Bearer at-2"]);
    assert_eq!(vendor.asked(TOKEN).len(), 2);
}

#[test]
fn a_new_token_that_is_not_accepted_either_is_not_renewed_again() {
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at-2", "rt-2"))])]);
    let model = MockModel::start([refused(), refused()]);
    let home = home(&model);
    let mut server = start(&home, &vendor);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!(turn.end()["error"]["codexErrorInfo"], "unauthorized");
    assert_eq!((vendor.asked(TOKEN).len(), model.signatures().len()), (1, 2));
}

/// Both are refused with the same token; the login server honours a refresh token once.
#[test]
fn of_two_servers_one_renews_and_both_go_on() {
    let reused = json!({"error": {"code": "refresh_token_reused"}});
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at-2", "rt-2")), (401, reused)])]);
    let (one, other) = (
        MockModel::start([refused(), Reply::text("one")]),
        MockModel::start([refused(), Reply::text("other")]),
    );
    let home = home(&one);
    let mut first = start(&home, &vendor);
    let thread = first.start_thread(&home);
    let address = format!("-c=model_providers.mock.base_url={}", other.url());
    let variables = vendor.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut second = AppServer::spawn_in(&home, &[&address], &variables);
    second.initialize_experimental();
    let other_thread = second.start_thread(&home);
    let turn = |thread: &str| json!({"threadId": thread, "input": [{"type": "text", "text": "go"}]});
    first.ok("turn/start", turn(&thread));
    second.ok("turn/start", turn(&other_thread));
    for server in [&mut first, &mut second] {
        assert_eq!(server.expect("turn/completed")["turn"]["status"], "completed");
        server.ignore_rest();
    }
    assert_eq!(
        (one.signatures()[1].as_str(), other.signatures()[1].as_str()),
        ("Bearer at-2", "Bearer at-2")
    );
    assert_eq!(vendor.asked(TOKEN).len(), 1);
    assert_eq!(stored(&home)["tokens"]["refresh_token"], "rt-2");
}

#[test]
fn a_login_is_renewed_on_request() {
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at-2", "rt-2"))])]);
    let model = MockModel::start([]);
    let home = home(&model);
    let mut server = start(&home, &vendor);
    assert_eq!(server.ok("account/read", json!({"refreshToken": true}))["account"]["type"], "chatgpt");
    assert_eq!(stored(&home)["tokens"]["access_token"], "at-2");
}

fn access_token(number: u32) -> String {
    let auth = json!({"chatgpt_account_id": "acct-9", "chatgpt_plan_type": "plus"});
    token(&json!({"n": number, "https://api.openai.com/auth": auth}))
}

fn handed_in(number: u32) -> Value {
    json!({"type": "chatgptAuthTokens", "accessToken": access_token(number), "chatgptAccountId": "acct-9"})
}

#[test]
fn tokens_of_the_client_are_used_and_renewed_by_it() {
    let vendor = Vendor::start(&[]);
    let model = MockModel::start([refused(), Reply::text("hello"), refused()]);
    let home = Home::with_model(&model, WANTS_LOGIN);
    let mut server = start(&home, &vendor);
    let bad = json!({"type": "chatgptAuthTokens", "accessToken": "no token", "chatgptAccountId": "acct-9"});
    let refusal = server.refused("account/login/start", bad);
    assert_eq!(refusal.code, -32603);
    assert!(refusal.message.starts_with("failed to set external auth: "), "{}", refusal.message);

    assert_eq!(server.ok("account/login/start", handed_in(1)), json!({"type": "chatgptAuthTokens"}));
    assert_eq!(server.expect("account/login/completed")["success"], true);
    assert_eq!(
        server.expect("account/updated"),
        json!({"authMode": "chatgptAuthTokens", "planType": "plus"})
    );
    assert_eq!(server.refused("account/login/start", json!({"type": "apiKey", "apiKey": "k"})).code, -32600);
    assert!(!home.codex_home().join("auth.json").exists());

    let thread = server.start_thread(&home);
    let turn = json!({"threadId": thread, "input": [{"type": "text", "text": "go"}]});
    server.ok("turn/start", turn.clone());
    let question = server.asked("account/chatgptAuthTokens/refresh");
    assert_eq!(question.params, json!({"reason": "unauthorized", "previousAccountId": "acct-9"}));
    server.reply(&question, json!({"accessToken": access_token(2), "chatgptAccountId": "acct-9"}));
    assert_eq!(server.expect("turn/completed")["turn"]["status"], "completed");
    let signed = |number: u32| format!("Bearer {}", access_token(number));
    assert_eq!(model.signatures(), [signed(1), signed(2)]);

    server.ok("turn/start", turn);
    let question = server.asked("account/chatgptAuthTokens/refresh");
    server.reply_error(&question, -1, "no more");
    let ended = server.expect("turn/completed");
    assert_eq!(ended["turn"]["error"]["codexErrorInfo"], "unauthorized");
    assert!(ended["turn"]["error"]["message"].as_str().unwrap().contains("no more"));

    server.ok("account/logout", Value::Null);
    assert_eq!(server.expect("account/updated")["authMode"], Value::Null);
    server.ignore_rest();
}

#[test]
fn limits_are_read_from_the_service_of_accounts() {
    const USAGE: &str = "/backend-api/wham/usage";
    let window = |percent: u32, seconds: u32| {
        json!({"used_percent": percent, "limit_window_seconds": seconds,
        "reset_after_seconds": 1, "reset_at": 1_893_456_000})
    };
    let usage = json!({
        "plan_type": "pro", "account_id": "acct-1", "spend_control": {"reached": false}, "new": [],
        "rate_limit": {"allowed": true, "primary_window": window(12, 18_000), "secondary_window": window(40, 604_800)},
        "credits": {"has_credits": true, "unlimited": false, "balance": "7.5"},
        "additional_rate_limits": [{"limit_name": "other", "metered_feature": "codex_other",
            "rate_limit": {"primary_window": window(5, 3_600), "secondary_window": null}}],
        "rate_limit_reset_credits": {"available_count": 2}
    });
    let vendor = Vendor::start(&[
        (USAGE, &[(401, json!({})), (200, usage), (500, json!({"error": "boom"}))]),
        (TOKEN, &[(200, tokens("at-2", "rt-2"))]),
    ]);
    let home =
        Home::with_rehearsal(&format!("- config chatgpt_base_url = \"{}/backend-api/\"", vendor.url()));
    std::fs::write(home.codex_home().join("auth.json"), auth_file("at-1", "rt-1")).unwrap();
    let mut server = start(&home, &vendor);
    let read = server.ok("account/rateLimits/read", json!({}));
    let main = &read["rateLimits"];
    assert_eq!(
        main["primary"],
        json!({"usedPercent": 12, "windowDurationMins": 300, "resetsAt": 1_893_456_000})
    );
    assert_eq!(main["credits"], json!({"hasCredits": true, "unlimited": false, "balance": "7.5"}));
    assert_eq!((&main["planType"], &main["spendControlReached"]), (&json!("pro"), &json!(false)));
    assert_eq!(read["rateLimitsByLimitId"]["codex"], *main);
    let other = &read["rateLimitsByLimitId"]["codex_other"];
    assert_eq!((&other["limitName"], &other["primary"]["windowDurationMins"]), (&json!("other"), &json!(60)));
    assert_eq!(read["rateLimitResetCredits"], json!({"availableCount": 2, "credits": null}));
    assert_eq!(read["accountId"], "acct-1");
    let signed: Vec<bool> =
        vendor.asked(USAGE).iter().map(|asked| asked.headers.contains("Bearer at-2")).collect();
    assert_eq!((signed, stored(&home)["tokens"]["access_token"].clone()), (vec![false, true], json!("at-2")));

    let refusal = server.refused("account/rateLimits/read", Value::Null);
    assert_eq!(refusal.code, -32603);
    assert!(
        refusal.message.contains("status 500") && !refusal.message.contains("at-2"),
        "{}",
        refusal.message
    );
}
