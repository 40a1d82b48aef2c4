//! Collectors that are down, slow or refuse, and settings that cannot be used: nothing of it is in the way of a turn or of
//! the end of the process.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use codex_tests::bare::{Answer, BareServer};
use codex_tests::collector::{GrpcCollector, HttpCollector};
use codex_tests::home::Home;
use codex_tests::reply::Gate;
use codex_tests::server::AppServer;
use serde_json::json;

/// Clients kill a server that has not ended by then.
const LIMIT: Duration = Duration::from_secs(2);

/// Has a conversation; the log.
fn converse(exporter: &str, variables: &[(&str, &str)]) -> String {
    let home = Home::with_rehearsal(&format!("- table [otel.exporter] {exporter}"));
    let mut server = AppServer::spawn_in(&home, &[], variables);
    server.initialize(json!({"clientInfo": {"name": "tests", "version": "1.0.0"}}));
    let thread = server.start_thread(&home);
    for _ in 0..3 {
        assert_eq!(server.run_turn(&thread, "say hello").status(), "completed");
    }
    let began = Instant::now();
    assert!(server.close().success());
    assert!(began.elapsed() < LIMIT, "the end took {:?}", began.elapsed());
    server.whole_log()
}

fn http(address: &str) -> String {
    format!("otlp-http = {{ endpoint = \"http://{address}\", headers = {{ x-key = \"hush-value\" }} }}")
}

fn grpc(address: &str) -> String {
    format!("otlp-grpc = {{ endpoint = \"http://{address}\", headers = {{ x-key = \"hush-value\" }} }}")
}

/// What is lost is said twice: when it begins and, with a count, at the end.
fn check_lost(log: &str, why: &str) {
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(lines[0].contains("telemetry is not delivered") && lines[0].contains(why), "{log}");
    assert!(
        lines[1].contains("telemetry was not delivered to its end") && lines[1].contains("lost"),
        "{log}"
    );
}

#[test]
fn a_collector_that_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    for exporter in [http(&address), grpc(&address)] {
        check_lost(&converse(&exporter, &[]), "cannot be reached");
    }
}

#[test]
fn a_collector_that_never_answers() {
    let gate = Gate::new();
    let waiting = gate.clone();
    let collector = BareServer::start(move |_| {
        waiting.wait();
        Answer::json(&json!({}))
    });
    let log = converse(&http(&collector.address()), &[]);
    gate.open();
    assert!(log.contains("telemetry was not delivered to its end"), "{log}");
    assert_eq!(collector.seen().len(), 1);
}

#[test]
fn a_collector_that_refuses() {
    let collector = BareServer::start(|_| Answer::status(403, &json!({})));
    check_lost(&converse(&http(&collector.address()), &[]), "status 403");
    let collector = GrpcCollector::start("7");
    check_lost(&converse(&grpc(&collector.address()), &[]), "gRPC status 7");
    let rejecting = json!({"partialSuccess": {"rejectedLogRecords": "2"}});
    let collector = BareServer::start(move |_| Answer::json(&rejecting));
    let json = http(&collector.address()).replace("headers", "protocol = \"json\", headers");
    assert!(converse(&json, &[]).contains("does not accept some"));
}

#[test]
fn a_collector_that_is_busy_gets_it_again() {
    let (asked, again) = (AtomicUsize::new(0), Gate::new());
    let seen = again.clone();
    let collector = BareServer::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::status(503, &json!({})).with_headers(vec![("retry-after".into(), "0".into())]),
        _ => {
            seen.open();
            Answer::json(&json!({}))
        }
    });
    let home = Home::with_rehearsal(&format!("- table [otel.exporter] {}", http(&collector.address())));
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "say hello").status(), "completed");
    again.wait();
    assert!(server.close().success());
    assert_eq!(server.whole_log(), "");
    let bodies: Vec<Vec<u8>> = collector.seen().into_iter().map(|request| request.bytes).collect();
    assert_eq!(bodies[0], bodies[1]);
}

#[test]
fn headers_are_secrets() {
    let (plain, called) = (HttpCollector::start(), GrpcCollector::start("0"));
    for exporter in [http(&plain.address()), grpc(&called.address())] {
        let log = converse(&exporter, &[("RUST_LOG", "trace")]);
        assert!(log.len() > 1000 && !log.contains("hush-value"), "{log}");
    }
    assert_eq!(plain.exports()[0].headers["x-key"], "hush-value");
    assert_eq!(called.exports()[0].headers["x-key"], "hush-value");
}

#[test]
fn files_that_cannot_be_used_are_told_of() {
    let tls = "tls = { ca-certificate = \"nowhere.pem\" }";
    let home = Home::with_rehearsal(&format!(
        "- table [otel.exporter] otlp-grpc = {{ endpoint = \"https://127.0.0.1:9\", {tls} }}"
    ));
    let mut server = AppServer::start(&home);
    let warning = server.expect("configWarning");
    let summary = warning["summary"].as_str().unwrap();
    let file = home.codex_home().join("nowhere.pem").display().to_string();
    assert!(summary.contains("`tls.ca-certificate`") && summary.contains(&file), "{summary}");
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "say hello").status(), "completed");
}
