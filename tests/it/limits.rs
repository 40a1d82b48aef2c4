//! Commands that use up what they can: they harm nobody but themselves.

use std::time::{Duration, Instant};

use codex_tests::home::Home;
use codex_tests::process;
use codex_tests::server::AppServer;
use serde_json::json;

/// Bytes that a command prints without ever ending a line.
const FLOOD: usize = 200_000_000;

#[test]
fn a_flood_of_output_costs_little_memory_and_others_are_answered() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let command = format!("head -c {FLOOD} /dev/zero | tr '\\0' a");
    let call = json!({"cmd": command, "yield_time_ms": 30_000});
    server.run_turn(&thread, "shell echo warm");
    server.count_only("item/commandExecution/outputDelta");
    let before = process::memory_kib(server.pid());

    server.start_turn(&thread, &format!("shell {call}"));
    let (mut waits, mut grown) = (Vec::new(), 0);
    while server.seen("turn/completed").len() < 2 {
        let asked = Instant::now();
        server.ok("model/list", json!({}));
        waits.push(asked.elapsed());
        grown = grown.max(process::memory_kib(server.pid()).saturating_sub(before));
    }
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.status(), "completed");
    waits.sort();
    let usual = waits[waits.len() / 2];
    assert!(usual < Duration::from_millis(100), "answers took {usual:?}");
    assert!(grown < 32 * 1024, "memory grew by {grown} KiB");
}
