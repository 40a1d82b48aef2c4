//! Keys and tokens are sent to whom they are for, and stand nowhere else: not in the log however detailed, in a message,
//! in what is stored, or in what a command can see. The servers of this test repeat whatever they are sent.

use codex_tests::home::{Home, files_below};
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::vendor::{DEVICE_CODE, TOKEN, Vendor, auth_file, browse, parameter, token, tokens};
use serde_json::{Value, json};

/// All secrets begin like this, so that one search finds any.
const MARK: &str = "hush-";

/// An answer that quotes what was sent.
fn quoting(status: u16, sent: &str) -> Reply {
    Reply::status(status, json!({"error": {"message": format!("bad credentials: {sent}")}}))
}

/// Looks at everything that a server leaves.
fn check(home: &Home, server: &mut AppServer) {
    check_but_for(home, server, None);
}

/// The same after the settings were read, whose answer has what its user wrote into them, and stands nowhere else.
fn check_with_settings(home: &Home, server: &mut AppServer) {
    let read = server.ok("config/read", json!({"includeLayers": true}));
    assert!(read.to_string().contains(MARK), "{read}");
    check_but_for(home, server, Some(&read));
}

fn check_but_for(home: &Home, server: &mut AppServer, answer: Option<&Value>) {
    assert!(server.close().success());
    let (said, log) = (server.said(), server.whole_log());
    assert!(log.len() > 1000, "there is a detailed log: {log}");
    let is_that_answer = |line: &&str| {
        let message: Option<Value> = line.find('{').and_then(|at| serde_json::from_str(&line[at..]).ok());
        answer.is_some() && message.is_some_and(|message| message.get("result") == answer)
    };
    let (answers, others): (Vec<&str>, Vec<&str>) = said.lines().partition(is_that_answer);
    assert_eq!(answers.len(), usize::from(answer.is_some()));
    find(&others.join("\n"), "what was said");
    find(&log, "the log");
    let kept_by_design = ["auth.json", "config.toml"];
    for file in files_below(&home.codex_home()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read(&file).unwrap();
        if !kept_by_design.contains(&name.as_str()) {
            find(&String::from_utf8_lossy(&text), &file.display().to_string());
        }
    }
}

fn find(text: &str, place: &str) {
    if let Some(line) = text.lines().find(|line| line.contains(MARK)) {
        let at = line.find(MARK).unwrap();
        let around: String = line.chars().skip(at.saturating_sub(200)).take(300).collect();
        panic!("{place} has a secret: {around}");
    }
}

fn start(home: &Home, variables: &[(&str, &str)]) -> AppServer {
    let variables: Vec<(&str, &str)> = [("RUST_LOG", "trace")].iter().chain(variables).copied().collect();
    let mut server = AppServer::spawn_in(home, &[], &variables);
    server.initialize_experimental();
    server
}

const LOOKS_AROUND: &str =
    "env; set; cat /proc/$PPID/environ /proc/self/environ | tr '\\0' '\\n'; cat $CODEX_HOME/auth.json; true";

#[test]
fn of_a_login() {
    let refused = |sent: &str| (400, json!({"error": "invalid_grant", "error_description": sent}));
    let answers = [(200, tokens("hush-at-2", "hush-rt-2")), refused("hush-rt-2"), refused("hush-code")];
    let vendor = Vendor::start(&[(TOKEN, &answers)]);
    let model = MockModel::start([
        quoting(401, "hush-at-1"),
        Reply::shell(LOOKS_AROUND),
        Reply::text("done"),
        quoting(401, "hush-at-2"),
        quoting(400, "hush-at-2"),
    ]);
    let home = Home::with_model(&model, "- provider requires_openai_auth = true");
    std::fs::write(home.codex_home().join("auth.json"), auth_file("hush-at-1", "hush-rt-1")).unwrap();
    let variables = vendor.variables();
    let mut variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    variables.push(("CODEX_API_KEY", "hush-env"));
    let mut server = start(&home, &variables);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").text(), "done");
    for _ in 0..2 {
        assert_eq!(server.run_turn(&thread, "go on").status(), "failed");
    }
    // A login in the browser that fails, and one with a key that works.
    let begun = server.ok("account/login/start", json!({"type": "chatgpt"}));
    let page = begun["authUrl"].as_str().unwrap();
    let back = format!("{}?state={}", parameter(page, "redirect_uri"), parameter(page, "state"));
    let (_, shown) = browse(&format!("{back}&code=hush-code"));
    find(&shown, "the page");
    server.expect("account/login/completed");
    server.refused("account/login/start", json!({"type": "chatgptDeviceCode"}));
    server.ok("account/login/start", json!({"type": "apiKey", "apiKey": "hush-stored"}));
    server.expect("account/login/completed");
    server.refused("account/login/start", json!({"type": "apiKey", "apiKey": ["hush-stored"]}));
    model.add([quoting(401, "hush-stored")]);
    server.run_turn(&thread, "once more");
    server.ok("account/read", json!({}));
    server.ok("config/read", json!({"includeLayers": true}));
    assert!(model.signatures().contains(&"Bearer hush-stored".to_owned()));
    assert!(vendor.asked(DEVICE_CODE).len() == 1 && vendor.asked(TOKEN)[0].body.contains("hush-rt-1"));
    check(&home, &mut server);
}

#[test]
fn of_a_provider() {
    let sent = "hush-key hush-header hush-env-header hush-query";
    let model = MockModel::start([
        Reply::shell(LOOKS_AROUND),
        Reply::text("done"),
        quoting(401, sent),
        quoting(400, sent),
    ]);
    let table = "[model_providers.mock]";
    let home = Home::with_model(
        &model,
        "- table [model_providers.mock.http_headers] x-secret = \"hush-header\"
         - table [model_providers.mock.env_http_headers] x-other = \"OTHER_VALUE\"
         - table [model_providers.mock.query_params] key = \"hush-query\"",
    );
    let config = home.codex_home().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace(table, &format!("{table}\nenv_key = \"MY_PROVIDER\""))).unwrap();
    let mut server = start(&home, &[("MY_PROVIDER", "hush-key"), ("OTHER_VALUE", "hush-env-header")]);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").text(), "done");
    for _ in 0..2 {
        assert_eq!(server.run_turn(&thread, "go on").status(), "failed");
    }
    assert_eq!(model.signatures()[0], "Bearer hush-key");
    server.refused("config/read", json!({"cwd": ""}));
    check_with_settings(&home, &mut server);

    // A token in the configuration itself.
    let model = MockModel::start([Reply::text("done"), quoting(401, "hush-key")]);
    let home = Home::with_model(&model, "");
    let config = home.codex_home().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let secret = format!("{table}\nexperimental_bearer_token = \"hush-key\"");
    std::fs::write(&config, text.replace(table, &secret)).unwrap();
    let mut server = start(&home, &[]);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").text(), "done");
    assert_eq!(server.run_turn(&thread, "go on").status(), "failed");
    check_with_settings(&home, &mut server);
}

#[test]
fn of_tokens_that_the_client_has() {
    let access = |number: u32| token(&json!({"n": number, "mark": "hush-"}));
    let model = MockModel::start([Reply::status(401, json!({"error": access(1)})), Reply::text("done")]);
    let home = Home::with_model(&model, "- provider requires_openai_auth = true");
    let mut server = start(&home, &[]);
    let tokens = |number: u32| json!({"accessToken": access(number), "chatgptAccountId": "acct-9"});
    let mut params = tokens(1);
    params["type"] = json!("chatgptAuthTokens");
    server.ok("account/login/start", params);
    server.expect("account/updated");
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "go");
    let question = server.asked("account/chatgptAuthTokens/refresh");
    server.reply(&question, tokens(2));
    assert_eq!(server.wait_turn(&thread).text(), "done");
    server.ignore_rest();
    assert!(server.close().success());
    let encoded: Vec<String> = [access(1), access(2)].iter().map(|token| token[4..30].to_owned()).collect();
    for text in [server.said(), server.whole_log()] {
        assert!(!encoded.iter().any(|secret| text.contains(secret.as_str())), "{text}");
    }
}
