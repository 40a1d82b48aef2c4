//! What the settings change: prompts, who is told of, ways that are secure, and no way at all.

use codex_tests::bare::AUTHORITY;
use codex_tests::collector::{HttpCollector, facts};
use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::json;

const PROMPT: &str = "say a quite private word";

/// Has a short conversation with these settings.
fn converse(fixture: &str) {
    let home = Home::with_rehearsal(fixture);
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, PROMPT).status(), "completed");
    assert!(server.close().success());
}

fn to(collector: &HttpCollector) -> String {
    format!("- table [otel.exporter.otlp-http] endpoint = \"http://{}\"", collector.address())
}

#[test]
fn prompts_are_told_where_that_is_allowed() {
    for allowed in [false, true] {
        let collector = HttpCollector::start();
        converse(&format!("- table [otel] log_user_prompt = {allowed}\n{}", to(&collector)));
        let all = facts(&collector.exports());
        let prompt = all.iter().find(|fact| fact.name() == "codex.user_prompt").unwrap();
        assert_eq!(prompt.text("prompt"), if allowed { PROMPT } else { "[REDACTED]" });
        assert_eq!(prompt.text("prompt_length"), PROMPT.len().to_string());
        assert_eq!(prompt.resource["env"], json!({"stringValue": "dev"}));
    }
}

#[test]
fn the_login_is_told_of_without_its_key() {
    let collector = HttpCollector::start();
    converse(&format!("- home auth.json: {{\"OPENAI_API_KEY\": \"hush-key\"}}\n{}", to(&collector)));
    let exports = collector.exports();
    let modes: Vec<String> = facts(&exports).iter().map(|fact| fact.text("auth_mode").to_owned()).collect();
    assert!(!modes.is_empty() && modes.iter().all(|mode| mode == "ApiKey"), "{modes:?}");
    assert!(!format!("{exports:?}").contains("hush-key"));
}

#[test]
fn a_collector_is_known_by_an_authority_of_its_own() {
    let collector = HttpCollector::start_secure();
    let address = collector.address();
    let secure = format!("endpoint = \"https://{address}\", tls = {{ ca-certificate = \"{AUTHORITY}\" }}");
    converse(&format!("- table [otel.exporter] otlp-http = {{ {secure} }}"));
    assert!(facts(&collector.exports()).iter().any(|fact| fact.name() == "codex.user_prompt"));
}

#[test]
fn without_the_authority_nothing_is_sent() {
    let collector = HttpCollector::start_secure();
    converse(&format!("- table [otel.exporter.otlp-http] endpoint = \"https://{}\"", collector.address()));
    assert_eq!(collector.exports().len(), 0);
}

#[test]
fn an_exporter_of_none_is_none() {
    converse("- table [otel] exporter = \"none\"");
}
