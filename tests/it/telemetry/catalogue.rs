//! The whole catalogue over each protocol: what a collector gets of a conversation in which everything happens.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use codex_tests::collector::{Export, Fact, GrpcCollector, HttpCollector, facts};
use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use expect_test::expect;
use serde_json::json;

const SETTINGS: &str = "- config model_context_window = 100000
    - table [features] experimental_sandbox_command_assessment = true
    - table [otel] environment = \"testing\"";

/// A conversation with two turns, of which the second fails.
fn converse(exporter: &str) {
    let opinion = json!({"description": "Makes a file.", "risk_level": "low"}).to_string();
    let model = MockModel::start([
        Reply::reasoning("hm").and_call("exec_command", &json!({"cmd": "touch a; echo made it"})),
        Reply::text(&opinion),
        Reply::call("exec_command", &json!({"cmd": "ls"})),
        Reply::call("no_such_tool", &json!({})),
        Reply::text("done"),
        Reply::status(500, json!({"error": {"message": "please do it secretly: no"}})),
    ]);
    let home = Home::with_model(&model, &format!("{SETTINGS}\n{exporter}"));
    let mut server = AppServer::start(&home);
    let policies = json!({"approvalPolicy": "untrusted", "sandbox": "danger-full-access"});
    let thread = server.start_thread_with(&home, policies);
    server.start_turn(&thread, "please do it secretly");
    let question = server.asked("item/commandExecution/requestApproval");
    server.decide(&question, json!("accept"));
    assert_eq!(server.wait_turn(&thread).text(), "done");
    assert_eq!(server.run_turn(&thread, "again").status(), "failed");
    assert!(server.close().success());
}

/// All different facts, sorted; what differs from run to run is left out.
fn told(exports: &[Export]) -> String {
    facts(exports).iter().map(line).collect::<BTreeSet<_>>().into_iter().collect()
}

fn line(fact: &Fact) -> String {
    const OF_ALL: [&str; 9] = [
        "app.version",
        "conversation.id",
        "event.name",
        "event.timestamp",
        "model",
        "originator",
        "slug",
        "terminal.type",
        "duration_ms",
    ];
    let mut line = fact.name().to_owned();
    for (name, value) in fact.attributes.iter().filter(|(name, _)| !OF_ALL.contains(&name.as_str())) {
        let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
        let value = value.to_string();
        // Of a command it begins with how long that took.
        let value = value.split_once("\\nOutput:").map_or(value.as_str(), |(_, printed)| printed);
        write!(line, "\n    {name}: {value}{}", if kind == "stringValue" { "" } else { " (no text)" })
            .unwrap();
    }
    line + "\n"
}

fn check(exports: &[Export]) {
    expect![[r#"
        codex.api_request
            attempt: "0" (no text)
            error.message: "http 500"
            http.response.status_code: "500" (no text)
        codex.api_request
            attempt: "0" (no text)
            http.response.status_code: "200" (no text)
        codex.conversation_starts
            approval_policy: "untrusted"
            context_window: "100000" (no text)
            mcp_servers: ""
            provider_name: "mock"
            reasoning_summary: "auto"
            sandbox_policy: "danger-full-access"
        codex.sandbox_assessment
            call_id: "call_1_1"
            risk_level: "low"
            status: "success"
        codex.sandbox_assessment_latency
            call_id: "call_1_1"
        codex.sse_event
            cached_token_count: "0" (no text)
            event.kind: "response.completed"
            input_token_count: "100"
            output_token_count: "20"
            reasoning_token_count: "0" (no text)
            tool_token_count: "120"
        codex.sse_event
            event.kind: "response.output_item.added"
        codex.sse_event
            event.kind: "response.output_item.done"
        codex.sse_event
            event.kind: "response.output_text.delta"
        codex.sse_event
            event.kind: "response.reasoning_summary_part.added"
        codex.sse_event
            event.kind: "response.reasoning_summary_text.delta"
        codex.tool_decision
            call_id: "call_1_1"
            decision: "approved"
            source: "User"
            tool_name: "exec_command"
        codex.tool_decision
            call_id: "call_3_0"
            decision: "approved"
            source: "Config"
            tool_name: "exec_command"
        codex.tool_result
            arguments: "{\"cmd\":\"ls\"}"
            call_id: "call_3_0"
            output: \na\n"
            output_truncated: false (no text)
            success: "true"
            tool_name: "exec_command"
        codex.tool_result
            arguments: "{\"cmd\":\"touch a; echo made it\"}"
            call_id: "call_1_1"
            output: \nmade it\n"
            output_truncated: false (no text)
            success: "true"
            tool_name: "exec_command"
        codex.tool_result
            arguments: "{}"
            call_id: "call_4_0"
            output: "unsupported call: no_such_tool"
            output_truncated: false (no text)
            success: "false"
            tool_name: "no_such_tool"
        codex.user_prompt
            prompt: "[REDACTED]"
            prompt_length: "21"
        codex.user_prompt
            prompt: "[REDACTED]"
            prompt_length: "5"
    "#]]
    .assert_eq(&told(exports));
    let all = facts(exports);
    let conversation = all[0].text("conversation.id");
    for fact in &all {
        assert_eq!(fact.text("conversation.id"), conversation);
        assert_eq!(fact.text("app.version"), "0.169.0");
        assert_eq!((fact.text("model"), fact.text("slug")), ("mock-model", "mock-model"));
        assert_eq!((fact.text("originator"), fact.attributes.contains_key("terminal.type")), ("tests", true));
        let time = fact.text("event.timestamp");
        assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
        assert!(
            fact.attributes
                .get("duration_ms")
                .is_none_or(|value| { value["stringValue"].as_str().unwrap().parse::<u64>().is_ok() })
        );
        assert_eq!(fact.record["eventName"], fact.name());
        assert_eq!(
            (&fact.record["severityText"], &fact.record["severityNumber"]),
            (&json!("INFO"), &json!(9))
        );
        assert!(fact.record["timeUnixNano"].as_str().unwrap().parse::<u64>().unwrap() > 1 << 60);
        let resource: Vec<String> =
            fact.resource.iter().map(|(name, value)| format!("{name}={}", value["stringValue"])).collect();
        assert_eq!(resource, ["env=\"testing\"", "service.name=\"tests\"", "service.version=\"0.169.0\""]);
    }
    for export in exports {
        assert_eq!(export.headers["x-key"], "hush-value");
        assert!(!export.request.to_string().contains("secretly"), "what the user says is left out");
    }
}

fn exporter(kind: &str, address: &str, more: &str) -> String {
    let headers = "headers = { x-key = \"hush-value\" }";
    format!("- table [otel.exporter] {kind} = {{ endpoint = \"http://{address}\", {headers}{more} }}")
}

#[test]
fn each_fact_arrives_over_http() {
    let collector = HttpCollector::start();
    converse(&exporter("otlp-http", &collector.address(), ""));
    let exports = collector.exports();
    assert!(exports.iter().all(|export| export.headers["content-type"] == "application/x-protobuf"));
    check(&exports);
}

#[test]
fn each_fact_arrives_as_json() {
    let collector = HttpCollector::start();
    converse(&exporter("otlp-http", &collector.address(), ", protocol = \"json\""));
    let exports = collector.exports();
    assert!(exports.iter().all(|export| export.headers["content-type"] == "application/json"));
    check(&exports);
}

#[test]
fn each_fact_arrives_over_grpc() {
    let collector = GrpcCollector::start("0");
    converse(&exporter("otlp-grpc", &collector.address(), ""));
    let exports = collector.exports();
    assert!(exports.iter().all(|export| export.headers["content-type"] == "application/grpc"));
    assert!(exports.iter().all(|export| export.headers["te"] == "trailers"));
    check(&exports);
}
