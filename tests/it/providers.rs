//! The way to a model server: credentials, headers, proxies, certificates, and connections that are used again.

use std::time::Duration;

use codex_tests::bare::{AUTHORITY, Answer, BareServer, Request};
use codex_tests::home::Home;
use codex_tests::process;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use rustix::process::Signal;
use serde_json::{Value, json};

fn says(text: &'static str) -> impl Fn(&Request) -> Answer + Send + Sync + 'static {
    move |_| Answer::reply(&Reply::text(text))
}

/// A home whose provider has these settings besides the ones that keep it from trying again.
fn home(settings: &str) -> Home {
    Home::bare(&format!(
        "- config model_provider = \"mine\"\n\
         - config model_providers.mine = {{ request_max_retries = 0, stream_max_retries = 0, {settings} }}"
    ))
}

fn start(home: &Home, environment: &[(&str, &str)]) -> AppServer {
    let mut server = AppServer::spawn_in(home, &[], environment);
    server.initialize_experimental();
    server
}

#[test]
fn one_connection_serves_many_turns() {
    let model = BareServer::start(says("hi"));
    let home = home(&format!("base_url = \"http://{}/v1\"", model.address()));
    let mut server = start(&home, &[]);
    let threads = [server.start_thread(&home), server.start_thread(&home)];
    for round in 0..6 {
        let turn = server.run_turn(&threads[round % 2], "go");
        assert_eq!((turn.status(), turn.text()), ("completed", "hi"));
    }
    assert_eq!((model.seen().len(), model.connections()), (6, 1));
}

#[test]
fn headers_and_query_are_sent_as_configured() {
    let model = BareServer::start(says("hi"));
    let home = home(&format!(
        "base_url = \"http://{}/v1/\", query_params = {{ version = \"7\" }}, http_headers = {{ X-One = \"1\" }}, \
         env_http_headers = {{ X-Two = \"TWO\", X-Three = \"THREE\" }}, env_key = \"MINE_KEY\"",
        model.address()
    ));
    let mut server = start(&home, &[("TWO", "2"), ("MINE_KEY", "k-1")]);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").status(), "completed");
    let request = &model.seen()[0];
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/v1/responses?version=7"));
    let headers = ["x-one", "x-two", "x-three", "authorization"].map(|name| request.header(name));
    assert_eq!(headers, [Some("1"), Some("2"), None, Some("Bearer k-1")]);
}

/// Prints another token each time.
const COUNTING: &str =
    "auth = { command = \"sh\", args = [\"-c\", \"echo x >> runs; echo token-$(wc -l < runs)\"] }";

#[test]
fn a_command_hands_out_tokens_and_another_one_when_one_is_refused() {
    let model = BareServer::start(|request| match request.header("authorization") {
        Some("Bearer token-1") => Answer::status(401, &json!({"error": {"message": "expired"}})),
        _ => Answer::reply(&Reply::text("hi")),
    });
    let home = home(&format!("base_url = \"http://{}/v1\", {COUNTING}", model.address()));
    let mut server = start(&home, &[]);
    let thread = server.start_thread(&home);
    for _ in 0..2 {
        let turn = server.run_turn(&thread, "go");
        assert_eq!((turn.status(), turn.all("error").len()), ("completed", 0));
    }
    let tokens: Vec<_> =
        model.seen().iter().map(|request| request.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2", "Bearer token-2"]);
}

#[test]
fn a_command_and_all_it_has_started_end_with_the_server() {
    for signal in [Signal::TERM, Signal::KILL] {
        let model = BareServer::start(says("hi"));
        let script = "setsid sleep 1000 & echo > $CODEX_HOME/started; wait";
        let home = home(&format!(
            "base_url = \"http://{}/v1\", auth = {{ command = \"sh\", args = [\"-c\", \"{script}\"], timeout_ms = 60000 }}",
            model.address()
        ));
        let mut server = start(&home, &[]);
        let thread = server.start_thread(&home);
        server.start_turn(&thread, "go");
        process::wait_for_file(&home.codex_home().join("started"));
        server.end_by(signal);
        assert_eq!(server.left_behind(Duration::from_secs(5)), Vec::<String>::new());
        server.ignore_rest();
    }
}

#[test]
fn a_token_that_is_refused_twice_ends_the_turn() {
    let model = BareServer::start(|_| Answer::status(401, &json!({"error": {"message": "no"}})));
    let home = home(&format!("base_url = \"http://{}/v1\", {COUNTING}", model.address()));
    let mut server = start(&home, &[]);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    assert_eq!(
        turn.end()["error"]["codexErrorInfo"],
        json!({"httpConnectionFailed": {"httpStatusCode": 401}})
    );
    assert_eq!(model.seen().len(), 2);
}

#[test]
fn a_command_without_a_token_says_why() {
    let model = BareServer::start(says("hi"));
    let home = home(&format!(
        "base_url = \"http://{}/v1\", auth = {{ command = \"sh\", args = [\"-c\", \"echo sk-9; echo log in first >&2; exit 4\"] }}",
        model.address()
    ));
    let mut server = start(&home, &[]);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    let error = &turn.end()["error"];
    assert_eq!(error["codexErrorInfo"], "unauthorized");
    let message = error["message"].as_str().unwrap();
    for words in ["`sh`", "log in first", "exit status 4", "`model_providers.mine.auth`"] {
        assert!(message.contains(words), "{words} in {message}");
    }
    assert!(!error.to_string().contains("sk-9") && model.seen().is_empty());
}

#[test]
fn a_proxy_is_asked_and_never_for_this_machine() {
    let proxy = BareServer::start(says("by proxy"));
    let direct = BareServer::start(says("direct"));
    let variables = [("HTTP_PROXY", format!("http://me:secret@{}", proxy.address()))];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    for (base, expected) in [
        ("http://model.test/v1".to_owned(), "by proxy"),
        (format!("http://{}/v1", direct.address()), "direct"),
        (format!("http://{}/v1", direct.address().replace("127.0.0.1", "localhost")), "direct"),
    ] {
        let home = home(&format!("base_url = \"{base}\""));
        let mut server = start(&home, &[&variables[..], &[("NO_PROXY", "")]].concat());
        let thread = server.start_thread(&home);
        assert_eq!(server.run_turn(&thread, "go").text(), expected);
    }
    let seen = proxy.seen();
    assert_eq!((seen.len(), seen[0].target.as_str()), (1, "http://model.test/v1/responses"));
    assert_eq!(seen[0].header("proxy-authorization"), Some("Basic bWU6c2VjcmV0"));
}

#[test]
fn a_tunnel_through_a_proxy_is_as_good_as_the_authority_that_is_trusted() {
    let proxy = BareServer::start(says("by tunnel"));
    let address = format!("http://{}", proxy.address());
    let run = |authority: &[(&str, &str)]| {
        let home = home("base_url = \"https://model.test/v1\"");
        let mut server = start(&home, &[&[("HTTPS_PROXY", address.as_str())], authority].concat());
        let thread = server.start_thread(&home);
        let turn = server.run_turn(&thread, "go");
        (turn.text().to_owned(), turn.end()["error"]["message"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(run(&[("CODEX_CA_CERTIFICATE", AUTHORITY), ("SSL_CERT_FILE", "/absent")]).0, "by tunnel");
    assert_eq!(run(&[("SSL_CERT_FILE", AUTHORITY)]).0, "by tunnel");
    let (_, refused) = run(&[]);
    assert!(refused.contains("https://model.test/v1/responses cannot be reached"), "{refused}");
    assert!(refused.to_lowercase().contains("certificate"), "{refused}");
    let (_, absent) = run(&[("CODEX_CA_CERTIFICATE", "/absent/ca.pem")]);
    assert!(
        absent.starts_with("`CODEX_CA_CERTIFICATE` names `/absent/ca.pem`, which cannot be read"),
        "{absent}"
    );
    assert!(absent.ends_with("or unset it to use the system's alone"), "{absent}");
    let tunnels = proxy.seen().into_iter().filter(|request| request.method == "CONNECT");
    assert!(tunnels.map(|request| request.target).all(|target| target == "model.test:443"));
}

#[test]
fn a_secure_server_on_this_machine_is_reached_directly() {
    let model = BareServer::start_secure(says("securely"));
    let port = model.address().rsplit(':').next().unwrap().to_owned();
    let home = home(&format!("base_url = \"https://localhost:{port}/v1\""));
    let mut server = start(&home, &[("CODEX_CA_CERTIFICATE", AUTHORITY)]);
    let thread = server.start_thread(&home);
    for _ in 0..2 {
        assert_eq!(server.run_turn(&thread, "go").text(), "securely");
    }
    assert_eq!((model.seen().len(), model.connections()), (2, 1));
    assert_eq!(model.offered(), ["h2", "http/1.1"]);
}

#[test]
fn settings_that_exclude_each_other_are_refused_with_what_to_do() {
    let home = home("base_url = \"http://127.0.0.1:9\", env_key = \"K\", auth = { command = \"x\" }");
    let mut server = start(&home, &[]);
    let refusal = server.refused("thread/start", json!({"cwd": home.work()}));
    for words in ["model_providers.mine.auth", "cannot be combined with `env_key`", "Remove one of the two"] {
        assert!(refusal.message.contains(words), "{words} in {}", refusal.message);
    }
    server.ignore_rest();
}

#[test]
fn providers_are_listed_without_their_secrets() {
    let home = home(
        "base_url = \"http://h/v1\", auth = { command = \"secret-tool\", args = [\"sk-5\"] }, http_headers = { a = \"sk-6\" }",
    );
    let mut server = start(&home, &[]);
    let list = server.ok("modelProvider/list", json!({}));
    assert_eq!(list["defaultProviderId"], "mine");
    let ids: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|provider| &provider["id"]).collect();
    assert_eq!(ids, ["anthropic", "lmstudio", "mine", "ollama", "openai", "openrouter", "rehearsal"]);
    assert_eq!(list["data"][2]["settings"]["auth"]["mode"], "externallyConfigured");
    let key = json!({"mode": "environmentVariable", "envKey": "ANTHROPIC_API_KEY"});
    assert_eq!(list["data"][0]["settings"]["auth"], key);
    let text = list.to_string();
    assert!(!text.contains("sk-") && !text.contains("secret-tool"), "{text}");
}
