//! How many deltas a second come through, over each wire. A measurement, and so not run unless asked for:
//! `cargo test --release -p codex-tests --test it wire_speed -- --ignored --nocapture`.

use std::time::Instant;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const DELTAS: usize = 200_000;
const ROUNDS: usize = 5;
const TOLERANCE: f64 = 0.8;

/// An answer of so many words, as it stands on the wire.
fn answer(wire: &str) -> String {
    let event = |value: &Value| format!("data: {value}\n\n");
    let words = |form: &dyn Fn(&str) -> Value| -> String {
        (0..DELTAS).map(|word| event(&form(&format!("word{word} ")))).collect()
    };
    let whole: String = (0..DELTAS).map(|word| format!("word{word} ")).collect();
    match wire {
        "responses" => {
            let item = |content: Value| json!({"type": "message", "id": "msg_1", "role": "assistant", "content": content});
            let added =
                json!({"type": "response.output_item.added", "output_index": 0, "item": item(json!([]))});
            let done = json!({"type": "response.output_item.done", "output_index": 0,
                "item": item(json!([{"type": "output_text", "text": whole}]))});
            let end = json!({"type": "response.completed", "response": {"id": "resp_1"}});
            let deltas = words(&|word| {
                json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
                    "content_index": 0, "delta": word})
            });
            [event(&added), deltas, event(&done), event(&end)].concat()
        }
        "chat" => {
            let chunk = |delta: Value, finish: Value| {
                json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "mock-model",
                    "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
            };
            let deltas = words(&|word| chunk(json!({"content": word}), Value::Null));
            [deltas, event(&chunk(json!({}), json!("stop"))), "data: [DONE]\n\n".to_owned()].concat()
        }
        _ => {
            let begin = json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
            let end = json!({"type": "content_block_stop", "index": 0});
            let reason = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}});
            let stop = json!({"type": "message_stop"});
            let deltas = words(
                &|word| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}),
            );
            [event(&begin), deltas, event(&end), event(&reason), event(&stop)].concat()
        }
    }
}

fn deltas_per_second(wire: &str) -> f64 {
    let model = MockModel::start([Reply::text("warm"), Reply::raw(&answer(wire))]);
    let home = Home::with_model(&model, &format!("- provider wire_api = \"{wire}\""));
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "warm up");
    server.count_only("item/agentMessage/delta");
    let start = Instant::now();
    let turn = server.run_turn(&thread, "go");
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(turn.status(), "completed");
    assert_eq!(server.counted(), DELTAS);
    DELTAS as f64 / seconds
}

#[test]
#[ignore = "a measurement"]
fn deltas_stream_as_fast_over_every_wire() {
    let mut best = Vec::new();
    for wire in ["responses", "chat", "anthropic"] {
        let rates: Vec<f64> = (0..ROUNDS).map(|_| deltas_per_second(wire)).collect();
        let rate = rates.iter().copied().fold(0.0, f64::max);
        println!("{wire}: {rate:.0} deltas/s at best of {ROUNDS} rounds");
        best.push(rate);
    }
    for rate in &best[1..] {
        assert!(*rate >= TOLERANCE * best[0], "more than a fifth slower than responses: {best:?}");
    }
}
