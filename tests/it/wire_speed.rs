//! Every delta of a long answer comes through, over each wire.
//!
//! With `CODEX_TEST_DELTAS=200000` it is measured, too, how many do so in a second, and that no wire is much slower than
//! Responses: `cargo test --release -p codex-tests --test it wire_speed -- --nocapture`.

use std::time::Instant;

use codex_tests::binary;
use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

/// When nothing is measured.
const FEW: usize = 2_000;
const ROUNDS: usize = 5;
const TOLERANCE: f64 = 0.8;

/// An answer of so many words, as it stands on the wire.
fn answer(wire: &str, deltas: usize) -> String {
    let event = |value: &Value| format!("data: {value}\n\n");
    let words = |form: &dyn Fn(&str) -> Value| -> String {
        (0..deltas).map(|word| event(&form(&format!("word{word} ")))).collect()
    };
    let whole: String = (0..deltas).map(|word| format!("word{word} ")).collect();
    match wire {
        "responses" => {
            let item = |content: Value| json!({"type": "message", "id": "msg_1", "role": "assistant", "content": content});
            let added =
                json!({"type": "response.output_item.added", "output_index": 0, "item": item(json!([]))});
            let done = json!({"type": "response.output_item.done", "output_index": 0,
                "item": item(json!([{"type": "output_text", "text": whole}]))});
            let end = json!({"type": "response.completed", "response": {"id": "resp_1"}});
            let streamed = words(&|word| {
                json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
                    "content_index": 0, "delta": word})
            });
            [event(&added), streamed, event(&done), event(&end)].concat()
        }
        "chat" => {
            let chunk = |delta: Value, finish: Value| {
                json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "mock-model",
                    "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
            };
            let streamed = words(&|word| chunk(json!({"content": word}), Value::Null));
            [streamed, event(&chunk(json!({}), json!("stop"))), "data: [DONE]\n\n".to_owned()].concat()
        }
        _ => {
            let begin = json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
            let end = json!({"type": "content_block_stop", "index": 0});
            let reason = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}});
            let stop = json!({"type": "message_stop"});
            let streamed = words(
                &|word| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}),
            );
            [event(&begin), streamed, event(&end), event(&reason), event(&stop)].concat()
        }
    }
}

fn deltas_per_second(wire: &str, deltas: usize) -> f64 {
    let model = MockModel::start([Reply::text("warm"), Reply::raw(&answer(wire, deltas))]);
    let home = Home::with_model(&model, &format!("- provider wire_api = \"{wire}\""));
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "warm up");
    server.count_only("item/agentMessage/delta");
    let start = Instant::now();
    let turn = server.run_turn(&thread, "go");
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(turn.status(), "completed");
    assert_eq!(server.counted(), deltas, "{wire}");
    deltas as f64 / seconds
}

#[test]
fn every_delta_comes_through_over_every_wire() {
    let measured = binary::variable("CODEX_TEST_DELTAS");
    let (deltas, rounds) = match &measured {
        Some(deltas) => (deltas.parse().expect("CODEX_TEST_DELTAS is a number"), ROUNDS),
        None => (FEW, 1),
    };
    let mut best = Vec::new();
    for wire in ["responses", "chat", "anthropic"] {
        let rates: Vec<f64> = (0..rounds).map(|_| deltas_per_second(wire, deltas)).collect();
        let rate = rates.iter().copied().fold(0.0, f64::max);
        println!("{wire}: {rate:.0} deltas/s at best of {rounds} rounds");
        best.push(rate);
    }
    // A few tell nothing of speed.
    for rate in best.iter().skip(1).filter(|_| measured.is_some()) {
        assert!(*rate >= TOLERANCE * best[0], "more than a fifth slower than responses: {best:?}");
    }
}
