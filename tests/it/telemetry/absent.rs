//! A program that was built without exporters.

use codex_tests::bare::{Answer, BareServer};
use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::json;

#[test]
fn a_configured_exporter_is_told_of_and_nothing_else() {
    let collector = BareServer::start(|_| Answer::json(&json!({})));
    let endpoint = format!("endpoint = \"http://{}/v1/logs\"", collector.address());
    let home = Home::with_rehearsal(&format!("- table [otel.exporter.otlp-http] {endpoint}"));
    let mut server = AppServer::start(&home);
    let warning = server.expect("configWarning");
    let summary = warning["summary"].as_str().unwrap();
    assert!(summary.contains("without telemetry") && summary.contains("--features otel"), "{summary}");
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "say hello").status(), "completed");
    assert!(server.close().success());
    assert_eq!(collector.connections(), 0);
}
